package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.NamedFile.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamedFilesTest {

  private static List<String> names(String xml) {
    return NamedFiles.in(xml).stream()
        .map(file -> "%s %s %s".formatted(file.place(), file.kind(), file.name()))
        .toList();
  }

  private static List<String> devices(String xml) {
    return names("<domain><devices>%s</devices></domain>".formatted(xml));
  }

  @Test
  void readsDisksOfEveryDeviceAndSourceWithWhatIsBeneathThem() {
    assertThat(
            devices(
                """
                <disk type='file' device='disk'>
                  <source file='/srv/../srv/a.qcow2'><dataStore><source file='/srv/a.raw'/></dataStore></source>
                  <backingStore type='file'>
                    <format type='raw'/><source file='/srv/base.raw'/>
                    <backingStore/>
                  </backingStore>
                  <mirror type='file'><source file='/srv/mirror.raw'/></mirror>
                  <target dev='vda'/>
                </disk>
                <disk type='block' device='lun'><source dev='/dev/vg/b'/></disk>
                <disk type='volume' device='disk'><source pool='images' volume='c.raw'/></disk>
                <disk type='network' device='disk'><source protocol='rbd' name='pool/d'/></disk>
                <disk type='file' device='cdrom'><source file='/srv/e.iso'/></disk>
                <disk type='dir' device='floppy'><source dir='/srv/f'/></disk>
                """))
        .containsExactly(
            "devices/disk/source PATH /srv/../srv/a.qcow2",
            "devices/disk/source/dataStore/source PATH /srv/a.raw",
            "devices/disk/backingStore/source PATH /srv/base.raw",
            "devices/disk/mirror/source PATH /srv/mirror.raw",
            "devices/disk/source PATH /dev/vg/b",
            "devices/disk/source VOLUME images/c.raw",
            "devices/disk/source NETWORK pool/d",
            "devices/disk/source NETWORK rbd:pool%2Fd@",
            "devices/disk/source PATH /srv/e.iso",
            "devices/disk/source FOLDER /srv/f");
  }

  @Test
  void readsFoldersWithWhatIsInThemAndNotWhereTheGuestSeesThem() {
    assertThat(
            devices(
                """
                <filesystem type='mount'><driver type='virtiofs'/>
                  <binary path='/usr/libexec/virtiofsd'/>
                  <source dir='/srv/share'/><target dir='/'/></filesystem>
                <filesystem type='file'><source file='/srv/fs.raw'/><target dir='/mnt'/></filesystem>
                <tpm><backend type='emulator'><source type='dir' path='/srv/tpm'/></backend></tpm>
                """))
        .containsExactly(
            "devices/filesystem/binary PATH /usr/libexec/virtiofsd",
            "devices/filesystem/source FOLDER /srv/share",
            "devices/filesystem/target PATH /",
            "devices/filesystem/source PATH /srv/fs.raw",
            "devices/filesystem/target PATH /mnt",
            "devices/tpm/backend/source FOLDER /srv/tpm");
  }

  @Test
  void readsHowEachImageIsToBeRead() {
    assertThat(
            NamedFiles.in(
                """
                <domain><devices>
                  <disk type='file'><driver name='qemu' type='qcow2'/>
                    <source file='/a'><dataStore type='file'><format type='raw'/><source file='/b'/></dataStore></source>
                    <backingStore type='file'><format type='raw'/><source file='/c'/></backingStore>
                    <mirror type='file'><format type='vmdk'/><source file='/d'/></mirror>
                  </disk>
                  <disk type='volume'><driver name='qemu' type='raw'/><source pool='p' volume='e'/></disk>
                  <disk type='file'><driver name='qemu'/><source file='/f'/></disk>
                  <disk type='file'><source file='/g'/></disk>
                </devices></domain>
                """))
        .extracting(file -> file.name() + " " + file.format())
        .containsExactly("/a qcow2", "/b raw", "/c raw", "/d vmdk", "p/e raw", "/f ", "/g ");
  }

  @Test
  void readsWhatADomainOnlyReads() {
    assertThat(
            NamedFiles.in(
                """
                <domain><devices>
                  <disk type='file'><source file='/a'/>
                    <backingStore type='file'><source file='/b'/>
                      <backingStore type='volume'><source pool='p' volume='c'/></backingStore>
                    </backingStore>
                    <mirror type='file'><source file='/d'/></mirror>
                  </disk>
                  <disk type='file'><source file='/e'/><readonly/></disk>
                  <disk type='network'><source protocol='rbd' name='f'/><readonly/></disk>
                  <disk type='file' device='cdrom'><source file='/g'/></disk>
                  <filesystem><source dir='/h'/></filesystem>
                  <filesystem><source dir='/i'/><readonly/></filesystem>
                  <serial type='file'><source path='/j'/></serial>
                </devices></domain>
                """))
        .extracting(file -> file.name() + (file.readOnly() ? " read" : " written"))
        .containsExactly(
            "/a written",
            "/b read",
            "p/c read",
            "/d written",
            "/e read",
            "f read",
            "rbd:f@ read",
            "/g read",
            "/h written",
            "/i read",
            "/j written",
            "/j.0 written",
            "/j.1 written",
            "/j.2 written");
    assertThat(
            NamedFiles.in(
                """
                <domainsnapshot>
                  <disks><disk name='vda' type='file'><source file='/a'/></disk></disks>
                  <domain><devices><disk type='file'><source file='/b'/></disk></devices></domain>
                </domainsnapshot>
                """))
        .allMatch(NamedFile::readOnly)
        .hasSize(2);
  }

  /** libvirt takes them as they are, and QEMU runs in the root. */
  @Test
  void readsRelativePathsFromTheRoot() {
    assertThat(
            names(
                """
                <domain><os><kernel>srv/k</kernel><nvram>srv/n</nvram></os><devices>
                  <disk type='file'><source file='srv/a.raw'/><target dev='vda'/>
                    <backingStore type='block'><source dev='dev/b'/></backingStore></disk>
                  <serial type='file'><source path='s.log'/><target port='0'/></serial>
                  <filesystem><source dir='srv/d'/><target dir='tag'/></filesystem>
                  <interface type='direct'><source dev='eth0' mode='bridge'/></interface>
                  <disk type='file' device='cdrom'/>
                </devices></domain>
                """))
        .containsExactly(
            "os/kernel PATH /srv/k",
            "os/nvram PATH /srv/n",
            "os/nvram PATH /srv/n.new",
            "devices/disk/source PATH /srv/a.raw",
            "devices/disk/backingStore/source PATH /dev/b",
            "devices/serial/source PATH /s.log",
            "devices/serial/source PATH /s.log.0",
            "devices/serial/source PATH /s.log.1",
            "devices/serial/source PATH /s.log.2",
            "devices/filesystem/source FOLDER /srv/d");
  }

  @Test
  void readsWhatAGuestIsStartedWith() {
    assertThat(
            names(
                """
                <domain><os>
                  <loader readonly='yes' type='pflash'>/usr/share/OVMF_CODE.fd</loader>
                  <nvram template='/usr/share/OVMF_VARS.fd'>/srv/web.fd</nvram>
                  <kernel> /srv/vmlinuz </kernel><initrd>/srv/initrd</initrd><dtb>/srv/dtb</dtb>
                </os></domain>
                """))
        .containsExactly(
            "os/loader PATH /usr/share/OVMF_CODE.fd",
            "os/nvram PATH /usr/share/OVMF_VARS.fd",
            "os/nvram PATH /usr/share/OVMF_VARS.fd.new",
            "os/nvram PATH /srv/web.fd",
            "os/nvram PATH /srv/web.fd.new",
            "os/kernel PATH / /srv/vmlinuz ",
            "os/kernel PATH /srv/vmlinuz",
            "os/initrd PATH /srv/initrd",
            "os/dtb PATH /srv/dtb");
    assertThat(names("<domain><os><nvram type='file'><source file='/n'/></nvram></os></domain>"))
        .containsExactly("os/nvram/source PATH /n", "os/nvram/source PATH /n.new");
  }

  @Test
  void readsConsolesLogsAndSocketsWithTheirTypes() {
    List<NamedFile> files =
        NamedFiles.in(
            """
            <domain><devices>
              <serial type='file'><source path='/srv/s'/><log file='/srv/l' append='on'/></serial>
              <channel type='unix'><source mode='bind' path='/run/c'/></channel>
              <serial type='pty'/>
            </devices></domain>
            """);
    assertThat(files)
        .containsExactly(
            new NamedFile("devices/serial/source", "file", Kind.PATH, "/srv/s"),
            new NamedFile("devices/serial/source", "file", Kind.PATH, "/srv/s.0"),
            new NamedFile("devices/serial/source", "file", Kind.PATH, "/srv/s.1"),
            new NamedFile("devices/serial/source", "file", Kind.PATH, "/srv/s.2"),
            new NamedFile("devices/serial/log", "file", Kind.PATH, "/srv/l"),
            new NamedFile("devices/serial/log", "file", Kind.PATH, "/srv/l.0"),
            new NamedFile("devices/serial/log", "file", Kind.PATH, "/srv/l.1"),
            new NamedFile("devices/serial/log", "file", Kind.PATH, "/srv/l.2"),
            new NamedFile("devices/channel/source", "unix", Kind.PATH, "/run/c"));
  }

  @Test
  void readsArgumentsThatLibvirtHandsOnUnread() {
    assertThat(
            names(
                """
                <domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><qemu:commandline>
                  <qemu:arg value='-drive'/><qemu:arg value='file=/srv/x.raw,if=none'/>
                  <qemu:arg value='{"driver":"file","filename":"/srv/y.raw"}'/>
                  <qemu:arg value='file:/srv/z:1.raw'/>
                </qemu:commandline></domain>
                """))
        .containsExactly(
            "qemu:commandline/qemu:arg PATH /srv/x.raw",
            "qemu:commandline/qemu:arg PATH /srv/y.raw",
            "qemu:commandline/qemu:arg PATH /srv/z");
  }

  @Test
  void readsThemWithoutAPrefixAsWell() {
    assertThat(
            names(
                """
                <domain><commandline xmlns='http://libvirt.org/schemas/domain/qemu/1.0'>
                  <arg value='-drive'/><arg value='file=/srv/x.raw,if=none'/>
                </commandline></domain>
                """))
        .containsExactly("commandline/arg PATH /srv/x.raw");
  }

  @Test
  void readsTheFilesOfASnapshotAndOfTheDomainThatItKeeps() {
    assertThat(
            names(
                """
                <domainsnapshot><name>/one</name><memory snapshot='external' file='/srv/one.mem'/>
                  <disks><disk name='vda' snapshot='external' type='file'>
                    <source file='/srv/one.qcow2'/></disk></disks>
                  <domain><devices><disk type='file'><source file='/srv/zero.raw'/></disk></devices></domain>
                </domainsnapshot>
                """))
        .containsExactly(
            "memory PATH /srv/one.mem",
            "disks/disk/source PATH /srv/one.qcow2",
            "domain/devices/disk/source PATH /srv/zero.raw");
  }

  @Test
  void doesNotTakeWhatIsSaidAboutADomainForFiles() {
    assertThat(
            names(
                """
                <domain><name>/a</name><title>/b</title><description>/c</description>
                  <metadata><x>/d</x></metadata><resource><partition>/machine</partition></resource>
                  <devices><disk type='file' device='cdrom'/></devices></domain>
                """))
        .isEmpty();
  }

  @Test
  void nobodyReadsTheHeaderOfAnImageThatIsAPartOfAFile() {
    String disk =
        "<domain><devices><disk type='file'><driver type='%s'/><source file='/srv/a'>"
            + "<slices><slice type='storage' offset='512' size='512'/></slices></source></disk>"
            + "</devices></domain>";
    assertThat(NamedFiles.in(disk.formatted("qcow2"))).allMatch(NamedFile::isSlice).isNotEmpty();
    assertThat(NamedFiles.in(disk.formatted("raw"))).noneMatch(NamedFile::isSlice).isNotEmpty();
  }
}
