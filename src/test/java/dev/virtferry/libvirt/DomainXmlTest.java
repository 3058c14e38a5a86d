package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainXmlTest {

  private static final String UUID_TEXT = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";

  private static DomainXml domain(String devices) {
    return DomainXml.parse(
        """
        <domain type='qemu'>
          <name>web-01</name>
          <uuid>%s</uuid>
          <memory unit='KiB'>262144</memory>
          <currentMemory unit='KiB'>131072</currentMemory>
          <devices>%s</devices>
        </domain>
        """
            .formatted(UUID_TEXT, devices));
  }

  private static DomainDisk disk(String xml) {
    return domain(xml).disks().getFirst();
  }

  @Test
  void readsNameIdentityAndMemory() {
    DomainXml domain = domain("");
    assertThat(domain.name()).isEqualTo("web-01");
    assertThat(domain.uuid()).isEqualTo(UUID.fromString(UUID_TEXT));
    assertThat(domain.memoryBytes()).isEqualTo(128 * Domains.MIB);
    assertThat(domain.disks()).isEmpty();
  }

  @Test
  void readsADiskOfAFile() {
    assertThat(
            disk(
                """
                <disk type='file' device='disk'>
                  <driver name='qemu' type='qcow2' discard='unmap'/>
                  <source file='/srv/a b/größe &amp; co.qcow2' index='1'/>
                  <backingStore type='file'><source file='/srv/base'/></backingStore>
                  <target dev='vdaa' bus='virtio'/>
                </disk>\
                """))
        .isEqualTo(
            new DomainDisk(
                "vdaa",
                "disk",
                "virtio",
                "file",
                "/srv/a b/größe & co.qcow2",
                "qcow2",
                false,
                false,
                0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          block   | <source dev='/dev/loop0'/>                     | /dev/loop0
          file    | <source file='/srv/x'/>                        | /srv/x
          dir     | <source dir='/srv/d'/>                         | /srv/d
          network | <source protocol='nbd' name='e'><host/></source> | nbd:e
          volume  | <source pool='p' volume='v'/>                  | p/v
          nvme    | <source type='pci'/>                           | nvme
          file    | <source startupPolicy='optional'/>             |
          """)
  void readsWhatIsBehindADisk(String type, String source, String words) {
    DomainDisk disk =
        disk("<disk type='%s'>%s<target dev='sda' bus='sata'/></disk>".formatted(type, source));
    assertThat(disk.sourceType()).isEqualTo(type);
    assertThat(disk.source()).isEqualTo(words);
  }

  @Test
  void readsADriveWithoutAMedium() {
    DomainDisk disk =
        disk(
            "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
                + "<target dev='sda' bus='sata'/><readonly/></disk>");
    assertThat(disk.source()).isNull();
    assertThat(disk.device()).isEqualTo("cdrom");
    assertThat(disk.readOnly()).isTrue();
  }

  @Test
  void readsShareable() {
    assertThat(disk("<disk type='block'><target dev='vdb'/><shareable/></disk>").shareable())
        .isTrue();
  }

  @Test
  void countsHostDevices() {
    assertThat(domain("<hostdev/><disk><target dev='vda'/></disk><hostdev/>").hostDevices())
        .isEqualTo(2);
  }

  @Test
  void readsTenThousandDisks() {
    String devices =
        IntStream.range(0, 10_000)
            .mapToObj("<disk type='file'><source file='/s'/><target dev='vd%d'/></disk>"::formatted)
            .reduce(new StringBuilder(), StringBuilder::append, StringBuilder::append)
            .toString();
    assertThat(domain(devices).disks())
        .hasSize(10_000)
        .last()
        .extracting(DomainDisk::target)
        .isEqualTo("vd9999");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no xml",
        "<domain>",
        "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain><name>&x;</name></domain>",
        "<!DOCTYPE d [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
            + "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><domain><name>&c;</name></domain>",
        "<!DOCTYPE d SYSTEM 'file:///etc/passwd'><domain/>",
        "<domain>\u0000</domain>",
      })
  void refusesWhatLibvirtWouldNotWrite(String xml) {
    assertThatThrownBy(() -> DomainXml.parse(xml)).isInstanceOf(IllegalArgumentException.class);
  }
}
