package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.Machine;
import dev.virtferry.libvirt.Relocation;
import dev.virtferry.libvirt.Relocation.Copy;
import dev.virtferry.libvirt.SourceType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainXmlTest {

  private static final String UUID_TEXT = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";

  private static DomainXml domain(String devices) {
    return DomainXml.parse(wholeDomain(devices));
  }

  private static String wholeDomain(String devices) {
    return """
    <domain type='qemu'>
      <name>web-01</name>
      <uuid>%s</uuid>
      <memory unit='KiB'>262144</memory>
      <currentMemory unit='KiB'>131072</currentMemory>
      <devices>%s</devices>
    </domain>
    """
        .formatted(UUID_TEXT, devices);
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
                  <backingStore type='file' index='2'>
                    <format type='qcow2'/><source file='/srv/mid'/>
                    <backingStore type='file'>
                      <format type='raw'/><source file='/srv/base'/><backingStore/>
                    </backingStore>
                  </backingStore>
                  <target dev='vdaa' bus='virtio'/>
                </disk>\
                """))
        .isEqualTo(
            new DomainDisk(
                "vdaa",
                "disk",
                "virtio",
                new DiskImage(
                    SourceType.FILE,
                    "/srv/a b/größe & co.qcow2",
                    "qcow2",
                    new DiskImage(
                        SourceType.FILE,
                        "/srv/mid",
                        "qcow2",
                        new DiskImage(SourceType.FILE, "/srv/base", "raw", null))),
                false,
                false,
                true,
                false,
                false,
                0,
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
          """)
  void readsWhatIsBehindADisk(String type, String source, String words) {
    DomainDisk disk =
        disk("<disk type='%s'>%s<target dev='sda' bus='sata'/></disk>".formatted(type, source));
    assertThat(disk.image()).isEqualTo(new DiskImage(SourceType.of(type), words, "raw", null));
  }

  @Test
  void readsADriveWithoutAMedium() {
    DomainDisk disk =
        disk(
            "<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
                + "<target dev='sda' bus='sata'/><readonly/></disk>");
    assertThat(disk.image()).isNull();
    assertThat(disk.device()).isEqualTo("cdrom");
    assertThat(disk.readOnly()).isTrue();
  }

  @Test
  void takesASourceThatNamesNothingForNoMedium() {
    assertThat(disk("<disk><source startupPolicy='optional'/><target dev='sda'/></disk>").image())
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({"optional, true", "requisite, true", "mandatory, false"})
  void readsWhetherAMediumMayBeMissing(String policy, boolean dispensable) {
    assertThat(
            disk("<disk><source file='/x' startupPolicy='%s'/><target dev='sda'/></disk>"
                    .formatted(policy))
                .dispensable())
        .isEqualTo(dispensable);
  }

  @Test
  void readsTheMachine() {
    Machine machine =
        DomainXml.parse(
                "<domain type='kvm'><os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>"
                    + "<cpu mode='custom'><model>qemu64</model></cpu>"
                    + "<devices><emulator>/usr/bin/kvm</emulator></devices></domain>")
            .machine();
    assertThat(machine)
        .isEqualTo(
            new Machine(
                "kvm",
                "x86_64",
                "pc-q35-7.2",
                "<cpu mode=\"custom\"><model>qemu64</model></cpu>",
                "/usr/bin/kvm"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<source file='/a'><encryption format='luks'/></source>",
        "<source file='/a'/><encryption format='luks'/>",
      })
  void readsEncryption(String source) {
    String disk = "<disk type='file'>%s<target dev='vdb'/></disk>";
    assertThat(disk(disk.formatted(source)).encrypted()).isTrue();
    assertThat(disk(disk.formatted("<source file='/a'/>")).encrypted()).isFalse();
  }

  @Test
  void readsShareable() {
    assertThat(disk("<disk type='block'><target dev='vdb'/><shareable/></disk>").shareable())
        .isTrue();
  }

  @Test
  void readsTenThousandDisks() {
    String devices =
        IntStream.range(0, 10_000)
            .mapToObj(
                n -> "<disk type='file'><source file='/s'/><target dev='vd" + n + "'/></disk>")
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
        "<?xml version='1.1'?><domain><name>&#1;</name></domain>",
      })
  void refusesWhatLibvirtWouldNotWrite(String xml) {
    assertThatThrownBy(() -> DomainXml.parse(xml)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<domain><uuid>no uuid</uuid></domain>",
        "<domain/>",
        "<capabilities><host/></capabilities>",
      })
  void refusesAnIdentityThatIsNone(String xml) {
    DomainXml domain = DomainXml.parse(xml);
    assertThatThrownBy(domain::uuid).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(domain::hostIdentity).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "9223372036854775807", "9223372036854775808", "much", ""})
  void refusesMemoryThatNoGuestHas(String memory) {
    DomainXml domain = DomainXml.parse("<domain><memory>%s</memory></domain>".formatted(memory));
    assertThatThrownBy(domain::memoryBytes).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsAChainOfTwoHundredImagesAsLongAsLibvirtAllows() {
    String chain = "<backingStore><source file='/b'/>".repeat(200) + "</backingStore>".repeat(200);
    DomainDisk disk = disk("<disk><source file='/a'/><target dev='vda'/>" + chain + "</disk>");
    assertThat(disk.image()).extracting(image -> image.chain().size()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"backingStore", "name", "memory"})
  void refusesNestingThatWouldExhaustTheStack(String element) {
    String deep = "<%1$s><source file='/b'/>".formatted(element).repeat(50_000);
    String end = "</%s>".formatted(element).repeat(50_000);
    assertThatThrownBy(() -> domain("<disk><source file='/a'/>" + deep + end + "</disk>"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void asksNobodyForAnythingThatADefinitionNames() throws IOException {
    try (var door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String there = String.format(Locale.ROOT, "http://127.0.0.1:%d/x", door.getLocalPort());
      for (String xml : beckoning(there)) {
        try {
          DomainXml domain = DomainXml.parse(xml);
          domain.disks();
          DomainXml.parse(
              MovedDefinition.of(
                  xml, new Relocation(Map.of("vda", new Copy(List.of(), "/moved")), Map.of())));
        } catch (IllegalArgumentException e) {
          assertThat(e).hasMessageStartingWith("Not a document of libvirt's");
        }
      }
      door.setSoTimeout(1);
      assertThatThrownBy(door::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  private static List<String> beckoning(String there) {
    return List.of(
        "<!DOCTYPE d SYSTEM '%s'><domain/>".formatted(there),
        "<!DOCTYPE d [<!ENTITY x SYSTEM '%s'>]><domain>&x;</domain>".formatted(there),
        "<!DOCTYPE d [<!ENTITY %% x SYSTEM '%s'> %%x;]><domain/>".formatted(there),
        "<?xml-stylesheet href='%s'?><domain/>".formatted(there),
        "<domain xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='%s'/></domain>"
            .formatted(there),
        "<domain xmlns:s='http://www.w3.org/2001/XMLSchema-instance' s:schemaLocation='u %1$s'"
                .formatted(there)
            + " s:noNamespaceSchemaLocation='%s'/>".formatted(there));
  }

  @Test
  void aBlankBelongsToAName() {
    assertThat(DomainXml.parse("<domain><name>g </name></domain>").name()).isEqualTo("g ");
    assertThat(DomainXml.parse("<domain><name> g</name></domain>").name()).isEqualTo(" g");
  }

  /** QEMU runs in the root. */
  @Test
  void knowsWhereARelativePathLeads() {
    String disks =
        """
        <domain><devices>
          <disk type='file'><source file='srv/a'/>
            <backingStore type='block'><source dev='dev/b'/></backingStore></disk>
        </devices></domain>
        """;
    DiskImage image = DomainXml.parse(disks).disks().getFirst().image();
    assertThat(image)
        .isEqualTo(
            new DiskImage(
                SourceType.FILE,
                "/srv/a",
                "raw",
                new DiskImage(SourceType.BLOCK, "/dev/b", "raw", null)));
  }

  @Test
  void readsWhereASliceEndsInItsFile() {
    String disk =
        """
        <domain><devices><disk type='file'><source file='/srv/a'>
        <slices><slice type='storage' offset='512' size='1024'/></slices></source><target dev='vda'/>
        <backingStore type='file'><format type='raw'/><source file='/srv/b'/></backingStore>
        </disk></devices></domain>
        """;
    DiskImage image = Objects.requireNonNull(DomainXml.parse(disk).disks().getFirst().image());
    assertThat(image.sliceEnd()).isEqualTo(1536);
    assertThat(image.chain()).extracting(DiskImage::isSlice).containsExactly(false);
    DomainXml longer = DomainXml.parse(disk.replace("512", Long.toString(Long.MAX_VALUE)));
    assertThatThrownBy(longer::disks).isInstanceOf(IllegalArgumentException.class);
  }
}
