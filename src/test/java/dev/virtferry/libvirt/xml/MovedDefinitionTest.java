package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.Relocation;
import dev.virtferry.libvirt.Relocation.Copy;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MovedDefinitionTest {

  /** libvirt's parser takes all of it, and metadata is whatever somebody wrote there. */
  @ParameterizedTest
  @MethodSource("oddMetadata")
  void keepsMetadataWhateverItIs(String odd) {
    String xml = "<metadata>%s</metadata>%s";
    String disk = "<disk type=\"file\"><source file=\"%s\"/><target dev=\"vda\"/></disk>";
    String before = xml.formatted(odd, "<devices>" + disk.formatted("/srv/a") + "</devices>");
    String after = xml.formatted(odd, "<devices>" + disk.formatted("/srv/b") + "</devices>");
    assertThat(
            MovedDefinition.of(
                "<domain>" + before + "</domain>",
                new Relocation(Map.of("vda", new Copy(List.of(), "/srv/b")), Map.of())))
        .isEqualTo("<domain>" + after + "</domain>");
  }

  private static Stream<String> oddMetadata() {
    String attributes =
        IntStream.range(100, 500)
            .mapToObj(number -> " a%s=\"x\"".formatted(number))
            .collect(Collectors.joining());
    return Stream.of(
        "<app:x%s/>".formatted(attributes),
        "<%s/>".formatted("n".repeat(5_000)),
        "<nobodys:x nobodys:y=\"z\"><a:b:c/></nobodys:x>",
        "<a xmlns=\"urn:a\"><b xmlns=\"\"/></a>",
        "<a>%s</a>".formatted("&lt;".repeat(120_000)),
        "<a b=\"%s\"/>".formatted("&#9;".repeat(30_000)),
        "<a><![CDATA[b<c]]><!-- d --><?e f?></a>");
  }

  private static final String CHAIN =
      "<backingStore type='file' index='2'><format type='raw'/><source file='/base'/><backingStore/></backingStore>";

  private static final String DATA =
      "<dataStore type='file'><format type='raw'/><source file='/data'/></dataStore>";

  private static String domain(String devices) {
    return "<domain><name>web</name><devices>" + devices + "</devices></domain>";
  }

  private static String disk(String type, String source, String within, String more) {
    return "<disk type='%s'><source %s>%s</source>%s<target dev='vda'/></disk>"
        .formatted(type, source, within, more);
  }

  private static String moved(String devices, String target, Copy copy) {
    return MovedDefinition.of(domain(devices), new Relocation(Map.of(target, copy), Map.of()));
  }

  private static void assertSame(String moved, String devices) {
    assertThat(Xml.parse(moved).isEqualNode(Xml.parse(domain(devices)))).as(moved).isTrue();
  }

  /** A copy is one image; what is beneath it, its own header says. */
  @Test
  void saysOfACopyThatKeepsItsPlaceNothingThatItIsNot() {
    String file = "file='/srv/a'";
    assertSame(
        moved(disk("file", file, DATA, CHAIN), "vda", new Copy(List.of(), null)),
        disk("file", file, "", ""));
    assertSame(
        moved(disk("file", file, "", "<backingStore/>"), "vda", new Copy(List.of(), null)),
        disk("file", file, "", "<backingStore/>"));
    assertSame(
        moved(disk("file", file, DATA, CHAIN), "vdb", new Copy(List.of(), null)),
        disk("file", file, DATA, CHAIN));
  }

  @Test
  void saysOfACopyInAnotherPlaceNothingThatItIsNot() {
    assertSame(
        moved(disk("file", "file='/srv/a'", DATA, CHAIN), "vda", new Copy(List.of(), "/b")),
        disk("file", "file='/b'", "", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "file, file='/srv/a', true",
    "file, file='/srv//./a', true",
    "file, file='srv/a', true",
    "volume, pool='images' volume='a', true",
    "block, dev='/srv/a', true",
    "file, file='/srv/b', false",
    "volume, pool='images' volume='b', false",
    "volume, pool='other' volume='a', false",
    "network, protocol='nbd' name='a', false",
  })
  void leavesADiskThatHasAnotherImageAtItsNextStartWhatItIs(
      String type, String source, boolean copied) {
    String before = disk(type, source, "", CHAIN);
    var copy = new Copy(List.of("/srv/a", "images/a"), "/b");
    assertSame(moved(before, "vda", copy), copied ? disk("file", "file='/b'", "", "") : before);
  }

  @Test
  void leavesADriveWithoutAMediumWhatItIs() {
    String before = "<disk type='file' device='cdrom'><target dev='vda'/></disk>";
    assertSame(moved(before, "vda", new Copy(List.of("/srv/a"), "/b")), before);
    assertSame(moved(before, "vda", new Copy(List.of(), "/b")), before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"LIVE", "PERSISTENT"})
  void tellsOfWhichDisksADefinitionSaysMoreThanTheirImage(Definition which) {
    String devices =
        disk("file", "file='/a'", "", CHAIN)
            + disk("file", "file='/b'", DATA, "").replace("vda", "vdb")
            + disk("file", "file='/c'", "", "<backingStore/>").replace("vda", "vdc");
    CarriedDefinition read = MovedDefinition.read(domain(devices), which);
    assertThat(read.chained()).containsExactly("vda");
    assertThat(read.split()).containsExactly("vdb");
  }

  @Test
  void movesTheNamedDiskAndChangesNothingElse() {
    String devices =
        """
        <!-- kept --><disk type='%s' device='disk'><driver name='qemu' type='qcow2'/>\
        <source %s startupPolicy='optional'><seclabel model='dac' relabel='no'/></source>%s\
        <target dev='vda' bus='virtio'/></disk>\
        <disk type='file'><source file='/srv/vda'/><target dev='vdb'/></disk>\
        <graphics type='vnc' passwd='a&lt;b'/>\
        """;
    String moved =
        moved(
            devices.formatted(
                "volume",
                "pool='p' volume='v'",
                "<backingStore type='file'><source file='/b'/></backingStore>"),
            "vda",
            new Copy(List.of(), "/fast/a b&c.qcow2"));
    assertSame(moved, devices.formatted("file", "file='/fast/a b&amp;c.qcow2'", ""));
  }

  @Test
  void movesNothingThatIsNotNamed() {
    String devices = "<disk type='file'><source file='/srv/a'/><target dev='vda'/></disk>";
    assertSame(moved(devices, "vdb", new Copy(List.of(), "/elsewhere")), devices);
  }

  @Test
  void keepsWhatIsHandedOnToQemu() {
    String qemu = "http://libvirt.org/schemas/domain/qemu/1.0";
    String xml =
        "<domain xmlns:qemu='"
            + qemu
            + "'><devices><disk><source file='/a'/><target dev='vda'/></disk></devices>"
            + "<qemu:commandline><qemu:arg value='a&#10;b'/></qemu:commandline></domain>";
    String moved =
        MovedDefinition.of(xml, new Relocation(Map.of("vda", new Copy(List.of(), "/b")), Map.of()));
    assertThat(moved)
        .contains("xmlns:qemu=\"" + qemu + "\"", "<qemu:arg value=\"a&#10;b\"", "file=\"/b\"");
  }

  @Test
  void givesFilesAnotherNameAndChangesNothingElse() {
    String xml =
        """
        <domain><os><loader type="pflash">/nvram/web_VARS.fd</loader>\
        <nvram template="/t/web_VARS.fd">/nvram/web_VARS.fd</nvram></os></domain>\
        """;
    var names = new Relocation(Map.of(), Map.of("/nvram/web_VARS.fd", "/nvram/w&2_VARS.fd"));
    assertThat(MovedDefinition.of(xml, names))
        .isEqualTo(xml.replace(">/nvram/web_VARS.fd</nvram", ">/nvram/w&amp;2_VARS.fd</nvram"));
    String modern =
        "<domain><os><nvram type=\"file\"><source file=\"/nvram/web_VARS.fd\"/></nvram></os></domain>";
    assertThat(MovedDefinition.of(modern, names)).contains("\"/nvram/w&amp;2_VARS.fd\"");
    String relative = "<domain><os><nvram>nvram/web_VARS.fd</nvram></os></domain>";
    assertThat(MovedDefinition.of(relative, names)).contains(">/nvram/w&amp;2_VARS.fd<");
  }
}
