package dev.virtferry.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.xml.DomainXml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a definition says of its disks is read as it is, and stays when one of them moves. */
class SmallDefinitionsTest {

  private static Stream<Path> files() {
    return Small.files().stream();
  }

  @Test
  void thereAreTwenty() {
    assertThat(files()).hasSize(20);
  }

  @ParameterizedTest
  @MethodSource("files")
  void itsDisksAreReadAsTheyAre(Path file) throws IOException {
    String xml = Files.readString(file);
    List<String> written = WrittenDisk.of(xml).stream().map(WrittenDisk::told).toList();
    assertThat(DomainXml.parse(xml).disks().stream().map(SmallDefinitionsTest::told).toList())
        .isNotEmpty()
        .isEqualTo(written);
  }

  private static String told(DomainDisk disk) {
    DiskImage image = disk.image();
    return WrittenDisk.told(
        disk.target(),
        disk.device(),
        disk.bus(),
        image == null ? null : image.location(),
        image == null ? null : image.format(),
        disk.readOnly(),
        disk.shareable());
  }

  @ParameterizedTest
  @MethodSource("files")
  void anotherPlaceForOneDiskChangesNothingElse(Path file) throws IOException {
    assertThat(Rewrite.faults(Files.readString(file))).isEmpty();
  }
}
