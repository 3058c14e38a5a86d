package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.NamedFile;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenedFilesTest {

  private static List<String> opened(String inside) {
    return files(inside).filter(file -> !file.readOnly()).map(OpenedFilesTest::words).toList();
  }

  private static Stream<NamedFile> files(String inside) {
    return OpenedFiles.in("<domain><name>web</name>" + inside + "</domain>").stream();
  }

  private static String words(NamedFile file) {
    return file.place() + " " + file.name();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          serial    | <serial type='dev'><source path='/x'/></serial>
          console   | <console type='unix'><source mode='bind' path='/x'/></console>
          channel   | <channel type='unix'><source mode='bind' path='/x'/></channel>
          redirdev  | <redirdev type='unix'><source mode='bind' path='/x'/></redirdev>
          smartcard | <smartcard type='unix'><source mode='bind' path='/x'/></smartcard>
          rng       | <rng><backend type='unix'><source mode='bind' path='/x'/></backend></rng>
          graphics  | <graphics type='vnc'><listen type='socket' socket='/x'/></graphics>
          graphics  | <graphics type='spice' socket='/x'/>
          interface | <interface type='vhostuser'><source path='/x' mode='server'/></interface>
          interface/log | <interface type='user'><backend type='passt' logFile='/x'/></interface>
          memory    | <memory model='nvdimm'><source><path>/x</path></source><target/></memory>
          tpm       | <tpm><backend type='passthrough'><device path='/x'/></backend></tpm>
          tpm       | <tpm><backend type='emulator'><source type='file' path='/x'/></backend></tpm>
          tpm       | <tpm><backend type='emulator'><source type='dir' path='/x'/></backend></tpm>
          tpm       | <tpm><backend type='external'><source type='unix' mode='connect' path='/x'/></backend></tpm>
          pstore    | <pstore backend='acpi-erst'><path>/x</path></pstore>
          audio     | <audio type='file' path='/x'/>
          audio     | <audio type='oss'><input dev='/x'/></audio>
          audio     | <audio type='oss'><output dev='/x'/></audio>
          input     | <input type='evdev'><source dev='/x' grab='all'/></input>
          input     | <input type='passthrough' bus='virtio'><source evdev='/x'/></input>
          interface | <interface type='vdpa'><source dev='/x'/></interface>
          disk       | <disk type='vhostuser'><source type='unix' path='/x'/></disk>
          disk       | <disk type='vhostvdpa'><source dev='/x'/></disk>
          disk       | <disk type='dir'><source dir='/x'/></disk>
          filesystem | <filesystem type='mount'><source dir='/x'/><target dir='shared'/></filesystem>
          filesystem | <filesystem type='file'><source file='/x'/><target dir='/'/></filesystem>
          filesystem | <filesystem type='mount'><driver type='virtiofs'/><source socket='/x'/><target dir='t'/></filesystem>
          filesystem | <filesystem type='block'><source dev='/x'/><target dir='/'/></filesystem>
          """)
  void readsWhatADeviceOpens(String place, String device) {
    assertThat(opened("<devices>%s</devices>".formatted(device)))
        .containsExactly("devices/" + place + " /x");
  }

  /** Two guests can't have one, and the second does not start. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<interface type='ethernet'><target dev='tap7' managed='no'/></interface>",
        "<interface type='direct'><source dev='tap7' mode='passthrough'/></interface>",
      })
  void readsWhichNetworkDeviceAGuestHasForItself(String device) {
    String definition = "<devices>%s</devices>".formatted(device);
    assertThat(opened(definition)).containsExactly("devices/interface /sys/class/net/tap7");
    assertThat(NamedFiles.in("<domain>%s</domain>".formatted(definition)))
        .extracting(NamedFile::name)
        .contains("/sys/class/net/tap7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<interface type='ethernet'><target dev='tap7'/></interface>",
        "<interface type='direct'><source dev='eth0' mode='bridge'/></interface>",
        "<interface type='bridge'><source bridge='br0'/><target dev='vnet0'/></interface>",
      })
  void aNetworkDeviceThatManyHaveIsNobodys(String device) {
    assertThat(opened("<devices>%s</devices>".formatted(device))).isEmpty();
  }

  /** QEMU and virtlogd make names of the one that is written. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          serial     | .in .out  | <serial type='pipe'><source path='/x'/></serial>
          parallel   | .in .out  | <parallel type='pipe'><source path='/x'/></parallel>
          channel    | .in .out  | <channel type='pipe'><source path='/x'/></channel>
          smartcard  | .in .out  | <smartcard mode='passthrough' type='pipe'><source path='/x'/></smartcard>
          rng        | .in .out  | <rng><backend model='egd' type='pipe'><source path='/x'/></backend></rng>
          serial     | .0 .1 .2  | <serial type='file'><source path='/x'/></serial>
          serial     | .0 .1 .2  | <serial type='file'><source path='x'/></serial>
          serial/log | .0 .1 .2  | <serial type='pty'><source path='/dev/pts/1'/><log file='/x'/></serial>
          rng/log    | .0 .1 .2  | <rng><backend type='tcp'><log file='/x'/></backend></rng>
          """)
  void readsWhatIsOpenedOrReplacedWithAFile(String place, String endings, String device) {
    List<String> paths =
        Stream.concat(Stream.of(""), Stream.of(endings.split(" "))).map("/x"::concat).toList();
    String devices = "<devices>%s</devices>".formatted(device);
    assertThat(opened(devices))
        .containsExactlyElementsOf(
            paths.stream().map(path -> "devices/%s %s".formatted(place, path)).toList());
    assertThat(NamedFiles.in("<domain>%s</domain>".formatted(devices)))
        .extracting(NamedFile::name)
        .containsAll(paths);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<serial type='pty'><source path='/dev/pts/1'/></serial>",
        "<serial type='file'><source path='/dev/null'/></serial>",
        "<serial type='unix'><source mode='connect' path='/x'/></serial>",
        "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>",
        "<graphics type='vnc'><listen type='socket'/></graphics>",
        "<interface type='vhostuser'><source path='/x' mode='client'/></interface>",
        "<memory model='nvdimm'><source><path>/x</path></source><target><readonly/></target></memory>",
        "<rng><backend model='random'>/dev/urandom</backend></rng>",
        "<shmem name='x'><server path='/x'/></shmem>",
        "<disk type='file'><source file='/x'/></disk>",
        "<filesystem type='mount'><source dir='/x'/><target dir='t'/><readonly/></filesystem>",
      })
  void leavesOutWhatIsNotOpenedForWriting(String device) {
    assertThat(opened("<devices>%s</devices>".formatted(device))).isEmpty();
  }

  @Test
  void readsASerialDeviceOnceThatLibvirtShowsAsAConsoleToo() {
    assertThat(
            opened(
                "<devices><serial type='unix'><source mode='bind' path='/x'/></serial>"
                    + "<console type='unix'><source mode='bind' path='/x'/></console></devices>"))
        .containsExactly("devices/serial /x");
  }

  @Test
  void readsSharedMemoryByTheNameThatItHasOnTheHost() {
    String memory = "<devices><shmem name='m' role='master'/></devices>";
    assertThat(opened(memory)).containsExactly("devices/shmem /dev/shm/m");
    assertThat(NamedFiles.in("<domain>%s</domain>".formatted(memory)))
        .extracting(NamedFile::name)
        .containsExactly("/dev/shm/m");
  }

  @Test
  void readsNvramAndFirmwareThatIsWritten() {
    assertThat(opened("<os><loader type='pflash'>/c</loader><nvram>/v</nvram></os>"))
        .containsExactly("os/loader /c", "os/nvram /v", "os/nvram /v.new");
    assertThat(
            opened(
                "<os><loader type='pflash' readonly='yes'>/c</loader>"
                    + "<nvram type='file'><source file='/v'/></nvram></os>"))
        .containsExactly("os/nvram /v", "os/nvram /v.new");
    assertThat(opened("<os><loader type='rom'>/c</loader></os>")).isEmpty();
    assertThat(opened("<os><varstore template='/t' path='/v'/></os>")).contains("os/varstore /v");
  }

  @Test
  void readsAtTheNextStartTheDisksThatAreWrittenToo() {
    String definition =
        """
        <domain><name>web</name><devices>
          <disk type='file' device='disk'><source file='/a'/></disk>
          <disk type='block' device='lun'><source dev='/dev/b'/></disk>
          <disk type='file' device='disk'><source file='/c'/><readonly/></disk>
          <disk type='file' device='cdrom'><source file='/d'/></disk>
          <serial type='file'><source path='/e'/></serial>
        </devices></domain>
        """;
    assertThat(OpenedFiles.atTheNextStart(definition))
        .filteredOn(file -> !file.readOnly())
        .extracting(NamedFile::name)
        .contains("/e", "/a", "/dev/b")
        .doesNotContain("/c", "/d");
    assertThat(OpenedFiles.atTheNextStart(definition))
        .filteredOn(NamedFile::readOnly)
        .extracting(NamedFile::name)
        .containsExactly("/c", "/d");
  }

  @Test
  void readsAtTheNextStartEachDiskByItsTargetAndVolumesOfPoolsToo() {
    String definition =
        """
        <domain><name>web</name><devices>
          <disk type='file'><source file='/a'/><target dev='vda'/></disk>
          <disk type='file'><source file='/a'/><target dev='sda'/></disk>
          <disk type='volume'><source pool='p' volume='v'/><target dev='vdb'/></disk>
          <disk type='volume'><source pool='p' volume='r'/><target dev='vdc'/><readonly/></disk>
          <disk type='vhostvdpa'><source dev='/x'/><target dev='vdd'/></disk>
        </devices></domain>
        """;
    assertThat(OpenedFiles.atTheNextStart(definition))
        .extracting(file -> "%s %s %s".formatted(file.target(), file.kind(), file.name()))
        .containsExactly(
            "vdd PATH /x", "vda PATH /a", "sda PATH /a", "vdb VOLUME p/v", "vdc VOLUME p/r");
    assertThat(OpenedFiles.in(definition)).extracting(NamedFile::name).containsExactly("/x");
  }

  /** Each host may have a server of its own by that name, also for what is only read. */
  @Test
  void readsWhatAServerHasForADiskThatIsOnlyReadOrBeneathAnImage() {
    String nbd = "<source protocol='nbd' name='%s'><host transport='unix' socket='/s'/></source>";
    String devices =
        """
        <devices>
          <disk type='network' device='cdrom'>%s<target dev='sda'/></disk>
          <disk type='file'><source file='/o'/><target dev='vda'/>
            <backingStore type='file'><source file='/m'/>
              <backingStore type='network'><format type='raw'/>%s<backingStore/></backingStore>
            </backingStore></disk>
        </devices>
        """
            .formatted(nbd.formatted("iso"), nbd.formatted("base"));
    assertThat(opened(devices)).isEmpty();
    assertThat(files(devices))
        .extracting(file -> "%s %s %s".formatted(file.target(), file.isBeneath(), file.name()))
        .containsExactly("sda false nbd:iso@unix:%2Fs", "vda true nbd:base@unix:%2Fs");
  }

  @Test
  void knowsWhereLibvirtWillPutTheNvramThatADefinitionLeavesToIt() {
    assertThat(opened("<os firmware='efi'/>"))
        .containsExactly(
            "os/nvram /var/lib/libvirt/qemu/nvram/web_VARS.fd",
            "os/nvram /var/lib/libvirt/qemu/nvram/web_VARS.fd.new");
    assertThat(NamedFiles.in("<domain><name>web</name><os firmware='efi'/></domain>"))
        .extracting(NamedFile::name)
        .containsExactly(
            "/var/lib/libvirt/qemu/nvram/web_VARS.fd",
            "/var/lib/libvirt/qemu/nvram/web_VARS.fd.new");
    assertThat(opened("<os firmware='efi'><loader stateless='yes'/></os>")).isEmpty();
    assertThat(opened("<os firmware='bios'/>")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nbd:vol@unix:%2Frun%2Fs    | protocol='nbd' name='vol' | transport='unix' socket='/run/s'
          nbd:@kvm-s:10809           | protocol='nbd'            | name='kvm-s'
          nbd:@kvm-s:1               | protocol='nbd'            | name='kvm-s' port='1'
          rbd:vms%2Fweb@mon:6789     | protocol='rbd' name='vms/web' | name='mon' port='6789'
          """)
  void readsADiskOfAServerByAllThatNamesIt(String name, String source, String host) {
    String disk =
        "<disk type='network' device='disk'><source %s><host %s/></source>".formatted(source, host);
    assertThat(opened("<devices>" + disk + "</disk></devices>"))
        .containsExactly("devices/disk " + name);
    assertThat(opened("<devices>" + disk + "<shareable/></disk></devices>")).isEmpty();
    assertThat(opened("<devices>" + disk + "<readonly/></disk></devices>")).isEmpty();
    assertThat(NamedFiles.in("<domain><devices>" + disk + "</disk></devices></domain>"))
        .extracting(NamedFile::name)
        .contains(name);
  }

  /** Not its own to read either, where another domain writes it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          os/kernel             | <os><kernel>/x</kernel></os>
          os/initrd             | <os><initrd>/x</initrd></os>
          os/dtb                | <os><dtb>/x</dtb></os>
          os/acpi/table         | <os><acpi><table type='slic'>/x</table></acpi></os>
          os/loader             | <os><loader type='rom'>/x</loader></os>
          os/loader             | <os><loader type='pflash' readonly='yes'>/x</loader></os>
          sysinfo               | <sysinfo type='fwcfg'><entry name='opt/x' file='/x'/></sysinfo>
          devices/rng           | <devices><rng><backend model='random'>/x</backend></rng></devices>
          devices/interface/rom | <devices><interface><rom file='/x'/></interface></devices>
          devices/console       | <devices><console type='unix'><source mode='connect' path='/x'/></console></devices>
          """)
  void readsWhatADomainOnlyReadsOrConnectsTo(String place, String inside) {
    assertThat(files(inside).filter(NamedFile::readOnly).map(OpenedFilesTest::words))
        .containsExactly(place + " /x");
    assertThat(opened(inside)).isEmpty();
    assertThat(NamedFiles.in("<domain>" + inside + "</domain>"))
        .filteredOn(file -> file.name().equals("/x"))
        .isNotEmpty()
        .allMatch(NamedFile::readOnly);
  }
}
