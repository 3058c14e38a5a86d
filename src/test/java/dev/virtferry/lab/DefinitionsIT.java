package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.definition.Small;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Definitions that a real host keeps are listed and described as they are, and stay when one of
 * their disks moves. None of them is started.
 */
@LabTest
@Order(2)
class DefinitionsIT {

  private static final String HOST = "kvm-a";

  private final Lab lab;
  private final Service service;

  DefinitionsIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void nothingIsLeft() {
    lab.on(
        HOST,
        "sh",
        "-c",
        "for domain in $(virsh -q list --all --uuid); do virsh -q undefine $domain --nvram; done;"
            + " rm -rf /"
            + KeptDefinitions.FOLDER);
  }

  @Test
  void smallOnesAreToldAsTheyAre() throws IOException {
    KeptDefinitions kept = keep(Small.files());
    assertThat(kept.refused()).as("not taken by libvirt").isEmpty();
    assertThat(kept.faults()).isEmpty();
  }

  @LongForm(shortCase = "DefinitionsIT.smallOnesAreToldAsTheyAre")
  @Test
  void libvirtsOwnAreToldAsTheyAre() throws IOException {
    List<Path> files = Small.files(Lab.definitions());
    KeptDefinitions kept = keep(files);
    List<String> faults = kept.faults();
    System.out.printf(
        Locale.ROOT,
        "definitions: %d of libvirt's own, %d accepted, %d read and rewritten, %d faults%n",
        files.size(),
        kept.accepted(),
        kept.read(),
        faults.size());
    faults.forEach(fault -> System.out.println("WRONG " + fault));
    assertThat(kept.accepted()).isGreaterThan(files.size() / 4);
    assertThat(faults).isEmpty();
  }

  private KeptDefinitions keep(List<Path> files) throws IOException {
    return KeptDefinitions.of(lab, service, HOST, files);
  }
}
