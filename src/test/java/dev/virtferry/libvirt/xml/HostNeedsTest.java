package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.HostFile.Kind;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Need.Network;
import dev.virtferry.libvirt.Need.PacketFilter;
import dev.virtferry.libvirt.Need.Secret;
import dev.virtferry.libvirt.Need.TpmEmulator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNeedsTest {

  private static List<Need> needs(String os, String devices) {
    String xml = "<domain><os>%s</os><devices>%s</devices></domain>".formatted(os, devices);
    return MovedDefinition.read(xml, Definition.LIVE).needs();
  }

  private static List<Need> needs(String devices) {
    return needs("", devices);
  }

  private static List<Listener> listening(String devices) {
    return HostNeeds.listening("<domain><devices>%s</devices></domain>".formatted(devices));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<encryption format='luks'><secret type='passphrase' uuid='U'/></encryption>",
        "<source><encryption format='luks'><secret type='passphrase' uuid='U'/></encryption></source>",
        "<source protocol='rbd'><auth username='a'><secret type='ceph' uuid='U'/></auth></source>",
        "<source protocol='rbd'><auth username='a'><secret type='ceph' usage='U'/></auth></source>",
        "<backingStore><source><encryption><secret uuid='U'/></encryption></source></backingStore>",
      })
  void readsSecretsOfDisks(String disk) {
    assertThat(needs("<disk>%s</disk>".formatted(disk)))
        .containsExactly(new Secret("devices/disk", "U"));
  }

  @Test
  void readsAnEmulatedTpmAndItsSecret() {
    String tpm =
        "<tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='U'/>"
            + "</backend></tpm>";
    assertThat(needs(tpm))
        .containsExactly(new Secret("devices/tpm", "U"), new TpmEmulator("devices/tpm", "2.0"));
    assertThat(needs("<tpm><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>"))
        .containsExactly(new HostFile("devices/tpm", "/dev/tpm0", Kind.SPECIAL));
  }

  @Test
  void readsWhatACardIsPluggedInto() {
    assertThat(
            needs(
                "<interface type='network'><source network='n' bridge='virbr0'/>"
                    + "<filterref filter='f'/></interface>"))
        .containsExactly(
            new PacketFilter("devices/interface", "f"), new Network("devices/interface", "n"));
    assertThat(needs("<interface type='bridge'><source bridge='b'/></interface>"))
        .containsExactly(new Link("devices/interface", "b"));
    assertThat(needs("<interface type='direct'><source dev='eth0' mode='bridge'/></interface>"))
        .containsExactly(new Link("devices/interface", "eth0"));
    assertThat(needs("<interface type='user'/>")).isEmpty();
  }

  @Test
  void readsWhereGraphicsListen() {
    String fixed =
        "<graphics type='vnc' port='5901' autoport='no' websocket='5701'>"
            + "<listen type='address' address='10.0.0.1'/></graphics>";
    String chosen =
        "<graphics type='spice' port='5902' tlsPort='5903' autoport='yes'>"
            + "<listen type='address' address='10.0.0.1'/></graphics>";
    assertThat(needs(fixed))
        .contains(
            new Listener("devices/graphics", "10.0.0.1", 5901),
            new Listener("devices/graphics", "10.0.0.1", 5701));
    assertThat(needs(chosen)).containsExactly(new Listener("devices/graphics", "10.0.0.1", 0));
    assertThat(listening(chosen))
        .contains(
            new Listener("devices/graphics", "10.0.0.1", 5902),
            new Listener("devices/graphics", "10.0.0.1", 5903));
    assertThat(needs("<graphics type='vnc' port='5901'><listen type='socket'/></graphics>"))
        .isEmpty();
    assertThat(needs("<graphics type='vnc'><listen type='network' network='n'/></graphics>"))
        .containsExactly(new Network("devices/graphics", "n"));
  }

  @Test
  void readsWhatIsBoundOfTcpAndUdp() {
    assertThat(
            needs(
                "<serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/></serial>"))
        .containsExactly(new Listener("devices/serial", "127.0.0.1", 4555));
    assertThat(
            needs("<serial type='tcp'><source mode='connect' host='h' service='4555'/></serial>"))
        .isEmpty();
    assertThat(
            needs("<interface type='server'><source address='10.0.0.1' port='5558'/></interface>"))
        .containsExactly(new Listener("devices/interface", "10.0.0.1", 5558));
  }

  @Test
  void readsWhichFilesAndFoldersHaveToBeThere() {
    assertThat(
            needs(
                "<kernel>/boot/k</kernel><loader type='pflash' readonly='yes'>/fw/code</loader>"
                    + "<nvram template='/fw/vars'>/nv/web_VARS.fd</nvram>",
                "<serial type='file'><source path='/logs/web.log'/></serial>"
                    + "<channel type='unix'><source mode='connect' path='/run/x'/></channel>"))
        .containsExactlyInAnyOrder(
            new HostFile("os/kernel", "/boot/k", Kind.FILE),
            new HostFile("os/loader", "/fw/code", Kind.FILE),
            new HostFile("os/nvram", "/fw/vars", Kind.SPECIAL),
            new HostFile("os/nvram", "/nv", Kind.FOLDER),
            new HostFile("devices/serial", "/logs", Kind.FOLDER),
            new HostFile("devices/channel", "/run/x", Kind.SPECIAL));
  }

  /** libvirt makes its own folders, and every host has a source of random bytes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<serial type='file'><source path='/var/log/libvirt/qemu/web.log'/></serial>",
        "<channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/x'/></channel>",
        "<rng><backend model='random'>/dev/urandom</backend></rng>",
        "<shmem name='ring'/>",
        "<disk type='file'><source file='/srv/a'/><target dev='vda'/></disk>",
      })
  void namesNothingThatEveryHostHas(String device) {
    assertThat(needs(device)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "devices/graphics, 10.0.0.1, devices/graphics, 10.0.0.2, true",
    "devices/graphics, 10.0.0.1, devices/serial, 10.0.0.2, false",
    "devices/serial, 0.0.0.0, devices/serial, 10.0.0.2, true",
    "devices/serial, 10.0.0.2, devices/serial, 0.0.0.0, true",
    "devices/serial, 0.0.0.0, devices/serial, ::1, false",
    "devices/serial, ::, devices/serial, ::1, true",
    "devices/serial, 127.0.0.1, devices/serial, 127.0.0.1, true",
  })
  void tellsWhetherOneHostCanHaveTwoListeners(
      String place, String address, String other, String otherAddress, boolean bars) {
    var listener = new Listener(place, address, 5901);
    assertThat(listener.bars(new Listener(other, otherAddress, 5901))).isEqualTo(bars);
    assertThat(listener.bars(new Listener(other, otherAddress, 5902))).isFalse();
    assertThat(new Listener(place, address, 0).bars(new Listener(other, otherAddress, 0)))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "<tpm supported='no'/>, 2.0, false",
    "<tpm supported='yes'><enum name='backendModel'><value>passthrough</value></enum></tpm>, 2.0,"
        + " false",
    "<tpm supported='yes'><enum name='backendModel'><value>emulator</value></enum></tpm>, 1.2, true",
    "<tpm supported='yes'><enum name='backendModel'><value>emulator</value></enum><enum"
        + " name='backendVersion'><value>2.0</value></enum></tpm>, 1.2, false",
    "<tpm supported='yes'><enum name='backendModel'><value>emulator</value></enum><enum"
        + " name='backendVersion'><value>2.0</value></enum></tpm>, 2.0, true",
    "<rng supported='yes'/>, 2.0,",
    "<tpm supported='yes'/>, 2.0,",
  })
  void readsWhetherAHostEmulatesTpms(String devices, String version, Boolean emulates) {
    var capabilities =
        DomainCapabilities.parse(
            "<domainCapabilities><devices>%s</devices></domainCapabilities>".formatted(devices));
    assertThat(capabilities.emulatesTpm(version).orElse(null)).isEqualTo(emulates);
  }

  @ParameterizedTest
  @CsvSource({"/fw/code, true", "/fw/other, false"})
  void readsWhichFirmwareAHostHas(String path, boolean has) {
    var capabilities =
        DomainCapabilities.parse(
            "<domainCapabilities><os><loader supported='yes'><value>/fw/code</value></loader></os>"
                + "</domainCapabilities>");
    assertThat(capabilities.hasLoader(path)).isEqualTo(has);
    assertThat(DomainCapabilities.parse("<x/>").hasLoader(path)).isFalse();
  }
}
