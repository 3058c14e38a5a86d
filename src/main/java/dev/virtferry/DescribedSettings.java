package dev.virtferry;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What can be configured, of Spring Boot and other libraries too, as their jars describe it.
 *
 * @param all each with its name and whether it holds more, under names of their own
 */
record DescribedSettings(List<Described> all) {

  private static final String DESCRIPTION = "META-INF/spring-configuration-metadata.json";

  private static final String OURS = "ferry";

  private static final Pattern HOLDS_MORE =
      Pattern.compile("java\\.util\\.(Map|List|Set|Collection|Properties)\\b.*|.*\\[]");

  record Described(String name, boolean holdsMore) {

    boolean is(ConfigurationPropertyName given) {
      ConfigurationPropertyName own = ConfigurationPropertyName.adapt(name, '.');
      return own.equals(given) || (holdsMore && own.isAncestorOf(given));
    }
  }

  /** All that is on the class path. */
  static DescribedSettings read() {
    var json = new JsonMapper();
    List<Described> all = new ArrayList<>();
    try {
      for (URL jar :
          Collections.list(DescribedSettings.class.getClassLoader().getResources(DESCRIPTION))) {
        try (InputStream description = jar.openStream()) {
          json.readTree(description).path("properties").forEach(p -> all.add(described(p)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new DescribedSettings(all);
  }

  private static Described described(JsonNode property) {
    return new Described(
        property.path("name").asString(),
        HOLDS_MORE.matcher(property.path("type").asString("")).matches());
  }

  /** Whether it is one of them, as Spring Boot compares names, or ours to check elsewhere. */
  boolean has(String name) {
    ConfigurationPropertyName given = ConfigurationPropertyName.adapt(name, '.');
    return given.getNumberOfElements() > 0
        && (given.getElement(0, ConfigurationPropertyName.Form.UNIFORM).equals(OURS)
            || all.stream().anyMatch(each -> each.is(given)));
  }

  Stream<String> names() {
    return all.stream().map(Described::name);
  }
}
