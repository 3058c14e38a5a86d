package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.Hindrance;
import dev.virtferry.libvirt.Hindrance.Weight;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HindrancesTest {

  private static final String PCI =
      "<hostdev mode='subsystem' type='pci'>%s<source><address domain='0x0000' bus='0x03' slot='0x1f'"
          + " function='0x2'/></source></hostdev>";

  private static final String USB =
      "<hostdev mode='subsystem' type='usb'><source %s><vendor id='0x1234'/><product id='0x5678'/>"
          + "</source></hostdev>";

  private static String domain(String devices) {
    return "<domain type='qemu'><name>web</name><devices>%s</devices></domain>".formatted(devices);
  }

  private static List<Hindrance> now(String devices) {
    return Hindrances.now(domain(devices));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<filesystem type='mount'><driver type='virtiofs'/><target dir='tag'/></filesystem> | filesystem tag",
        "<shmem name='ring' role='peer'/> | shared memory ring",
        "<shmem name='ring'/> | shared memory ring",
        "<disk type='file'><source file='/a'/><target dev='vda'/><transient/></disk> | disk vda is transient",
        "<interface type='hostdev'><mac address='52:54:00:00:00:01'/></interface> | interface 52:54:00:00:00:01",
        "<hostdev mode='subsystem' type='mdev'><source><address uuid='c2'/></source></hostdev> | mediated device c2",
        "<hostdev mode='subsystem' type='scsi'/> | SCSI device",
        "<hostdev/> | device (hostdev)",
      })
  void namesTheElementThatLibvirtRefuses(String device, String words) {
    assertThat(now(device))
        .singleElement()
        .satisfies(found -> {
          assertThat(found.weight()).isEqualTo(Weight.REFUSED);
          assertThat(found.words()).contains(words).endsWith(".");
        });
  }

  @Test
  void namesDevicesOfTheHost() {
    assertThat(now(PCI.formatted("") + USB.formatted("")))
        .extracting(Hindrance::words)
        .containsExactly(
            "It has the host's PCI device 0000:03:1f.2 (hostdev); detach it first.",
            "It has the host's USB device 1234:5678 (hostdev); detach it first.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<filesystem type='mount'><driver type='path'/><target dir='tag'/></filesystem>",
        "<filesystem type='mount'><target dir='tag'/></filesystem>",
        "<shmem name='ring' role='master'/>",
        "<interface type='network'/><interface type='vhostuser'/>",
        "<interface type='hostdev'><teaming type='transient' persistent='ua-net'/></interface>",
        "<disk type='vhostuser'><source type='unix' path='/s'/><target dev='vda'/></disk>",
      })
  void leavesToLibvirtWhatLibvirtMoves(String device) {
    assertThat(now(device)).isEmpty();
  }

  @Test
  void missesNoOptionalDeviceThatIsMissing() {
    assertThat(now(USB.formatted("startupPolicy='optional' missing='yes'"))).isEmpty();
    assertThat(now(USB.formatted("startupPolicy='optional'"))).hasSize(1);
    assertThat(now(PCI.formatted("<teaming type='transient' persistent='ua-net'/>"))).isEmpty();
  }

  @Test
  void leavesToQemuWhatOnlyItsDriverKnows() {
    assertThat(
            now(
                PCI.formatted("<driver name='vfio' model='mlx5_vfio_pci'/>")
                    + "<interface type='vdpa'/>"))
        .extracting(Hindrance::weight)
        .containsExactly(Weight.UNKNOWN, Weight.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "<feature policy='require' name='invtsc'/> | - | 1",
        "<feature name='invtsc'/> | <timer name='tsc' present='yes'/> | 1",
        "<feature policy='require' name='invtsc'/> | <timer name='tsc' frequency='2000000000'/> | 0",
        "<feature policy='disable' name='invtsc'/> | - | 0",
        "<feature policy='require' name='ht'/> | - | 0",
      })
  void wantsAFrequencyOfAnInvariantCounter(String feature, String timer, int hindrances) {
    String xml =
        "<domain><cpu>%s</cpu><clock offset='utc'>%s</clock></domain>"
            .formatted(feature, timer == null ? "" : timer);
    assertThat(Hindrances.now(xml)).hasSize(hindrances);
  }

  /** A PCI address is some other device's there, and a USB device is asked for by what it is. */
  @Test
  void refusesWhatWouldBeAnothersAtTheNextStart() {
    String card = "<interface type='hostdev'><mac address='52:54:00:00:00:01'/></interface>";
    assertThat(Hindrances.atTheNextStart(domain(PCI.formatted("") + USB.formatted("") + card)))
        .extracting(Hindrance::weight)
        .containsExactly(Weight.REFUSED, Weight.UNKNOWN, Weight.REFUSED);
    assertThat(
            Hindrances.atTheNextStart(
                domain(
                    USB.formatted("startupPolicy='optional'")
                        + "<interface type='network'/><shmem name='x'/>")))
        .isEmpty();
  }
}
