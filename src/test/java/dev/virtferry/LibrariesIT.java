package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the jar says of its libraries is what it has. */
@Order(1)
class LibrariesIT {

  private static final String LIBRARIES = "BOOT-INF/lib/";

  @Test
  void eachLibraryOfTheJarIsListed() throws IOException {
    try (var jar = new JarFile(Path.of("target", "virt-ferry.jar").toFile())) {
      JsonNode bom =
          new JsonMapper()
              .readTree(jar.getInputStream(jar.getEntry("META-INF/sbom/application.cdx.json")));
      List<String> listed =
          bom.get("components")
              .valueStream()
              .map(c -> c.get("name").asString() + "-" + c.get("version").asString() + ".jar")
              .toList();
      List<String> libraries =
          jar.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.startsWith(LIBRARIES) && name.endsWith(".jar"))
              // The packaging adds them, after the list was made.
              .filter(name -> !name.startsWith(LIBRARIES + "spring-boot-jarmode-"))
              .map(name -> name.substring(LIBRARIES.length()))
              .toList();
      assertThat(bom.get("bomFormat").asString()).isEqualTo("CycloneDX");
      assertThat(libraries).isNotEmpty();
      assertThat(listed).containsAll(libraries);
    }
  }
}
