package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static dev.virtferry.libvirt.Domains.disk;
import static dev.virtferry.libvirt.Domains.onImage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StoragePool.Standing;
import dev.virtferry.libvirt.StorageVolume;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose a file is, and which storage it is on, by what pools of both hosts are. */
class PoolClaimsTest {

  private static final HostAddress SOURCE = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");
  private static final HostAddress DESTINATION =
      new HostAddress("kvm-b", "qemu+tls://kvm-b/system");
  private static final UUID GUEST = UUID.randomUUID();
  private static final UUID OTHER = UUID.fromString("11111111-2222-4333-8444-555555555555");

  private final FakeStorage storage = new FakeStorage();
  private final FakeHypervisor hypervisor = new FakeHypervisor();
  private final SharedStorage shared = new SharedStorage(new DiskProperties(List.of("/shared")));
  private final FilesInUse files =
      new FilesInUse(hypervisor.ports(), storage, shared, () -> List.of(SOURCE, DESTINATION));
  private final DestinationVolumes volumes = new DestinationVolumes(storage, files, shared);

  private Overwrite overwrite = Overwrite.OWN;
  private Set<ImageName> spokenFor = Set.of();

  private void pool(String host, String name, String type, String path, String... devices) {
    storage.pool(
        host, new StoragePool(name, type, path, List.of(devices), 100 * MIB, Standing.ANSWERS));
  }

  private void volume(String host, String pool, String name, String path) {
    storage.volume(
        host,
        new StorageVolume(
            pool, name, path, "raw", 64 * MIB, 5 * MIB, 0, null, null, false, null, null));
  }

  private void stopped(String devices) {
    hypervisor.define("kvm-b", OTHER, "<domain><devices>%s</devices></domain>".formatted(devices));
  }

  private void stoppedOnVolume(String pool, String name) {
    stopped("<disk type='volume'><source pool='%s' volume='%s'/></disk>".formatted(pool, name));
  }

  private void stoppedOnDevice(String path) {
    stopped("<disk type='block'><source dev='%s'/></disk>".formatted(path));
  }

  private static DomainDisk on(String type, String location) {
    return onImage("vda", new DiskImage(SourceType.of(type), location, "raw", null));
  }

  private Placement place(CopyMode mode, List<DomainDisk> disks, List<DomainDisk> staying) {
    return volumes
        .look(DESTINATION, SOURCE)
        .plan(
            new CopyWish(
                GUEST,
                disks,
                staying,
                List.of(),
                Set.of(),
                true,
                mode,
                BackingCheck.SIZE,
                Map.of(),
                Map.of(),
                spokenFor,
                overwrite,
                Map.of()),
            storage.pools(SOURCE));
  }

  /** Why the disk is not copied, or not taken for the one that is there; empty when it is. */
  private static String refusal(Placement placement) {
    return placement.obstacles().isEmpty()
        ? ""
        : placement.obstacles().getFirst().problem().detail();
  }

  private String copied(DomainDisk disk) {
    return refusal(place(CopyMode.FULL, List.of(disk), List.of()));
  }

  private String left(DomainDisk disk) {
    return refusal(place(CopyMode.FULL, List.of(), List.of(disk)));
  }

  @ParameterizedTest
  @CsvSource({
    "dir, /srv, file, /srv/vda.raw",
    "fs, /srv, file, /srv/vda.raw",
    "logical, /dev/vg, block, /dev/vg/vda.raw",
    "zfs, /dev/zvol/tank, block, /dev/zvol/tank/vda.raw",
  })
  void refusesWhatADomainNamesAsAVolumeOfAPoolThatIsStopped(
      String poolType, String folder, String type, String path) {
    pool("kvm-b", "off", poolType, folder);
    storage.stop("kvm-b", "off");
    stoppedOnVolume("off", "vda.raw");
    assertThat(copied(on(type, path))).contains(path + " on kvm-b belongs to the domain " + OTHER);
    assertThat(left(on(type, path)))
        .contains("vda is not copied, so the guest would write into " + path)
        .contains(OTHER.toString());
    hypervisor.reset();
    stoppedOnVolume("off", "another.raw");
    assertThat(copied(on(type, path.replace("vda", "vdb")))).isEmpty();
  }

  @Test
  void makesNoImageWhereADomainNamesAVolumeOfAStoppedPoolOnThatFolder() {
    pool("kvm-b", "off", "dir", "/srv");
    pool("kvm-b", "images", "dir", "/srv");
    storage.stop("kvm-b", "off");
    stoppedOnVolume("off", "vda.raw");
    assertThat(copied(disk("vda"))).contains("belongs to the domain " + OTHER);
  }

  @Test
  void refusesWhereNoPoolLooksWhatMayBeAVolumeOfAPoolThatIsGone() {
    stoppedOnVolume("gone", "vda.raw");
    assertThat(copied(disk("vda"))).contains("/srv/vda.raw on kvm-b may be gone/vda.raw");
    assertThat(copied(disk("vdb"))).isEmpty();
    pool("kvm-b", "images", "dir", "/srv");
    assertThat(copied(disk("vda"))).as("it is not there").isEmpty();
  }

  @Test
  void refusesADeviceThatMayBeAVolumeOfAStoppedPoolOfDevices() {
    pool("kvm-b", "san", "iscsi", "/dev/disk/by-path", "iqn.2026-11.example:web");
    storage.stop("kvm-b", "san");
    stoppedOnVolume("san", "unit:0:0:1");
    assertThat(copied(on("block", "/dev/disk/by-path/ip-1-lun-1")))
        .contains("may be san/unit:0:0:1");
    assertThat(copied(on("block", "/dev/sdb"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "logical, /dev/vg, /dev/sdb, /dev/sdb, true",
    "logical, /dev/vg, /dev/sdb, /dev/sdb1, true",
    "logical, /dev/vg, /dev/sdb1, /dev/sdb, true",
    "logical, /dev/vg, /dev/sdb1, /dev/sdb2, false",
    "logical, /dev/vg, /dev/sdb, /dev/vg/vda, false",
    "fs, /mnt, /dev/disk/by-id/X-part1, /dev/disk/by-id/X, true",
    "disk, /dev, /dev/sdb, /dev/sdb, true",
    "disk, /dev, /dev/sdb, /dev/sdb1, false",
    "zfs, /dev/zvol/tank, sdb, /dev/sdb, true",
    "iscsi, /dev/disk/by-path, iqn.2026-11.example:web, /dev/sdb, false",
  })
  void refusesADeviceThatAPoolIsMadeOfBeItActiveOrNot(
      String type, String folder, String device, String path, boolean its) {
    overwrite = Overwrite.ANY;
    pool("kvm-b", "vg", type, folder, device);
    String words = its ? path + " on kvm-b holds the data of pool vg of kvm-b" : "";
    assertThat(copied(on("block", path))).startsWith(words);
    assertThat(copied(on("block", path)).isEmpty()).isNotEqualTo(its);
    assertThat(left(on("block", path)).contains("holds the data of pool vg")).isEqualTo(its);
    storage.stop("kvm-b", "vg");
    assertThat(copied(on("block", path))).startsWith(words);
    assertThat(copied(on("block", path)).isEmpty()).isNotEqualTo(its);
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/sdb1, /dev/sdb, 'holds /dev/sdb1, which belongs to the domain'",
    "/dev/nvme0n1p2, /dev/nvme0n1, 'holds /dev/nvme0n1p2, which belongs to the domain'",
    "/dev/sdb, /dev/sdb1, 'is a part of /dev/sdb, which belongs to the domain'",
    "/dev/disk/by-id/X, /dev/disk/by-id/X-part2, is a part of /dev/disk/by-id/X",
  })
  void refusesADeviceAPartOfWhichADomainNamesAndAPartOfWhatItNames(
      String its, String path, String words) {
    stoppedOnDevice(its);
    assertThat(copied(on("block", path))).contains(words);
    assertThat(left(on("block", path))).contains(words);
    hypervisor.reset();
    stoppedOnDevice("/dev/sdc1");
    assertThat(copied(on("block", "/dev/sdc2"))).isEmpty();
  }

  @Test
  void refusesADeviceThatHoldsWhatAnotherMigrationCopiesInto() {
    spokenFor = Set.of(new ImageName("kvm-b", "/dev/sdb1"));
    assertThat(copied(on("block", "/dev/sdb"))).startsWith("Another migration copies into");
    assertThat(copied(on("block", "/dev/sdb2"))).isEmpty();
  }

  private DomainDisk overlayOn(String base) {
    var beneath = new DiskImage(SourceType.FILE, base, "raw", null);
    return onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", beneath));
  }

  private String incremental(String base) {
    return refusal(place(CopyMode.INCREMENTAL, List.of(overlayOn(base)), List.of()));
  }

  @Test
  void takesABackingImageForSharedOnlyWhereBothHostsDo() {
    pool("kvm-a", "net", "netfs", "/img");
    pool("kvm-b", "net", "netfs", "/img");
    pool("kvm-b", "images", "dir", "/srv");
    assertThat(incremental("/img/base.raw")).isEmpty();
    storage.reset();
    pool("kvm-a", "net", "netfs", "/img");
    pool("kvm-b", "plain", "dir", "/img");
    pool("kvm-b", "images", "dir", "/srv");
    volume("kvm-a", "net", "base.raw", "/img/base.raw");
    assertThat(incremental("/img/base.raw")).contains("no pool of kvm-b has it");
    volume("kvm-b", "plain", "base.raw", "/img/base.raw");
    assertThat(incremental("/img/base.raw")).isEmpty();
    stopped("<disk type='file'><source file='/img/base.raw'/></disk>");
    assertThat(incremental("/img/base.raw"))
        .contains("/img/base.raw on kvm-b, the backing image of vda, may change")
        .contains(OTHER.toString());
  }

  /** So too where no pool shows the overlay, and the source tells what is beneath. */
  @Test
  void looksAtABackingImageThatOnlyTheDestinationTakesForShared() {
    pool("kvm-b", "net", "netfs", "/img");
    volume("kvm-b", "net", "base.raw", "/img/base.raw");
    assertThat(incremental("/img/base.raw")).isEmpty();
    stopped("<disk type='file'><source file='/img/base.raw'/></disk>");
    assertThat(incremental("/img/base.raw")).contains("may change", OTHER.toString());
  }

  /** libvirt lists pools in no order of anybody's. */
  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true", "false, true"})
  void theInnermostPoolTellsWhichStorageAnImageIsOn(boolean outerFirst, boolean sameFolder) {
    String outer = sameFolder ? "/lib/nfs" : "/lib";
    if (outerFirst) {
      pool("kvm-a", "default", "dir", outer);
    }
    pool("kvm-a", "nfs", "netfs", "/lib/nfs");
    if (!outerFirst) {
      pool("kvm-a", "default", "dir", outer);
    }
    pool("kvm-b", "default", "dir", "/lib");
    assertThat(left(on("file", "/lib/nfs/vda.raw")))
        .startsWith(
            "vda is on nfs of kvm-a, a pool of type netfs, and kvm-b has default there, of type dir.");
    pool("kvm-b", "nfs", "netfs", "/lib/nfs");
    volume("kvm-b", "nfs", "vda.raw", "/lib/nfs/vda.raw");
    assertThat(left(on("file", "/lib/nfs/vda.raw"))).isEmpty();
  }

  @Test
  void aPoolWithinANetworkFileSystemIsThatOfTheSourceAlone() {
    pool("kvm-a", "nfs", "netfs", "/nfs");
    pool("kvm-a", "inner", "dir", "/nfs/inner");
    pool("kvm-b", "inner", "dir", "/nfs/inner");
    assertThat(left(on("file", "/nfs/inner/vda.raw")))
        .startsWith("vda is on nfs of kvm-a, a pool of type netfs, and kvm-b has inner there");
    pool("kvm-b", "nfs", "netfs", "/nfs");
    volume("kvm-b", "inner", "vda.raw", "/nfs/inner/vda.raw");
    assertThat(left(on("file", "/nfs/inner/vda.raw"))).isEmpty();
  }

  private void lun(String host, String type, String... device) {
    pool(host, "san", type, "/dev/disk/by-path", device);
    volume(host, "san", "unit:0:0:1", "/dev/disk/by-path/lun-1");
  }

  @ParameterizedTest
  @CsvSource({"volume, san/unit:0:0:1", "block, /dev/disk/by-path/lun-1"})
  void doesNotCopyALunOntoItself(String type, String location) {
    overwrite = Overwrite.ANY;
    lun("kvm-a", "iscsi", "iqn.2026-11.example:web");
    lun("kvm-b", "iscsi", "iqn.2026-11.example:web");
    assertThat(copied(on(type, location))).contains("both of one target", "copied onto itself");
  }

  @ParameterizedTest
  @CsvSource({"OWN, false", "NEVER, false", "ANY, true"})
  void copiesWhatMayBeOneLunOnlyWhereThatIsAskedFor(Overwrite asked, boolean goes) {
    overwrite = asked;
    lun("kvm-a", "scsi");
    lun("kvm-b", "scsi");
    assertThat(copied(on("volume", "san/unit:0:0:1")).contains("may be copied onto itself"))
        .isNotEqualTo(goes);
    assertThat(copied(on("volume", "san/unit:0:0:1")).isEmpty()).isEqualTo(goes);
  }

  private String copiedBetween(String type, String device, String other, String location) {
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host, "vg", type, "/dev/vg", host.equals("kvm-a") ? device : other);
      volume(host, "vg", "web", "/dev/vg/web");
    }
    return copied(on(location.startsWith("/") ? "block" : "volume", location));
  }

  /** Both hosts see one device of a server, and what is made of it is one as well. */
  @ParameterizedTest
  @CsvSource({
    "logical, /dev/disk/by-id/wwn-0x600140500000000000000001, /dev/vg/web",
    "logical, /dev//disk/by-id/scsi-3600140500000000000000001, vg/web",
    "logical, /dev/disk/by-id/dm-uuid-mpath-3600140500000000000000001, vg/web",
    "logical, /dev/disk/by-id/nvme-eui.0025388b910d4e3f, vg/web",
    "logical, /dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.2026-11.example:web-lun-1, vg/web",
    "logical, /dev/mapper/3600140500000000000000001, vg/web",
    "disk, /dev/disk/by-id/wwn-0x600140500000000000000001, vg/web",
    "zfs, disk/by-id/wwn-0x600140500000000000000001, vg/web",
  })
  void doesNotCopyAPartOfALunOntoItself(String type, String device, String location) {
    overwrite = Overwrite.ANY;
    assertThat(copiedBetween(type, device, "/dev/./" + device.replace("/dev/", ""), location))
        .contains("both of one device", "copied onto itself");
  }

  @Test
  void norAFileOnIt() {
    overwrite = Overwrite.ANY;
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host, "gfs", "fs", "/gfs", "/dev/disk/by-id/wwn-0x600140500000000000000001");
    }
    assertThat(copied(on("file", "/gfs/web.raw"))).contains("both of one device");
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/mapper/mpatha, OWN, false",
    "/dev/mapper/mpatha, ANY, true",
    "/dev/disk/by-id/ata-DISK_1, OWN, false",
    "/dev/disk/by-uuid/6c1b-9, NEVER, false",
    "/dev/disk/by-path/pci-0000:05:00.0-fc-0x50060e80164d3f10-lun-0, OWN, false",
  })
  void copiesWhatMayBeOneDeviceOnlyWhereThatIsAskedFor(
      String device, Overwrite asked, boolean goes) {
    overwrite = asked;
    assertThat(copiedBetween("logical", device, device, "/dev/vg/web").isEmpty()).isEqualTo(goes);
    assertThat(copiedBetween("logical", device, device, "vg/web").contains("may be copied onto"))
        .isNotEqualTo(goes);
  }

  /** Each host calls its own disks like that. */
  @ParameterizedTest
  @CsvSource({
    "/dev/sda3, /dev/sda3",
    "/dev/disk/by-path/pci-0000:00:1f.2-ata-1, /dev/disk/by-path/pci-0000:00:1f.2-ata-1",
    "/dev/disk/by-label/data, /dev/disk/by-label/data",
    "/dev/disk/by-id/wwn-0x600140500000000000000001, /dev/disk/by-id/wwn-0x600140500000000000000002",
  })
  void copiesWhatIsMadeOfDevicesThatMayHaveOneName(String device, String other) {
    assertThat(copiedBetween("logical", device, other, "/dev/vg/web")).isEmpty();
  }

  @Test
  void copiesFromALunOntoALocalDevice() {
    lun("kvm-a", "iscsi", "iqn.2026-11.example:web");
    pool("kvm-b", "san", "logical", "/dev/san");
    volume("kvm-b", "san", "unit:0:0:1", "/dev/san/unit:0:0:1");
    assertThat(copied(on("volume", "san/unit:0:0:1"))).isEmpty();
  }

  @Test
  void tellsWhoWritesIntoTheFolderOfWhatADomainIsToRead() {
    stopped("<filesystem type='mount'><source dir='/srv/share'/></filesystem>");
    DestinationVolumes.Look look = volumes.look(DESTINATION, SOURCE);
    assertThat(look.writers(List.of("/srv/share/vmlinuz", "/boot/vmlinuz"), GUEST))
        .containsOnlyKeys("/srv/share/vmlinuz");
    hypervisor.reset();
    stopped("<filesystem type='mount'><source dir='/srv/share'/><readonly/></filesystem>");
    assertThat(volumes.look(DESTINATION, SOURCE).writers(List.of("/srv/share/vmlinuz"), GUEST))
        .isEmpty();
  }

  @Test
  void refusesADiskThatIsNotCopiedInAFolderThatAnotherDomainHasThere() {
    pool("kvm-a", "nfs", "netfs", "/srv/share");
    assertThat(left(on("file", "/srv/share/vda.raw"))).isEmpty();
    stopped("<filesystem type='mount'><source dir='/srv/share'/></filesystem>");
    assertThat(left(on("file", "/srv/share/vda.raw")))
        .contains("lies in /srv/share, a folder that the domain " + OTHER);
  }
}
