package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of disks that are not copied: libvirt moves them only with what both hosts see. */
class StayingDisksTest {

  private static final HostAddress SOURCE = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");
  private static final HostAddress DESTINATION =
      new HostAddress("kvm-b", "qemu+tls://kvm-b/system");
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00.5Z");

  private final FakeStorage storage = new FakeStorage();
  private final FakeHypervisor hypervisor = new FakeHypervisor();
  private final SharedStorage shared = new SharedStorage(new DiskProperties(List.of("/shared")));
  private final FilesInUse files =
      new FilesInUse(hypervisor.ports(), storage, shared, () -> List.of(SOURCE, DESTINATION));
  private final DestinationVolumes volumes = new DestinationVolumes(storage, files, shared);

  private void pool(String host, String type) {
    storage.pool(host, new StoragePool("images", type, "/srv", 0));
  }

  private void image(String host, long capacity, long allocation, @Nullable Instant written) {
    storage.volume(
        host,
        new StorageVolume(
            "images",
            "a.raw",
            "/srv/a.raw",
            "raw",
            capacity,
            allocation,
            capacity,
            null,
            null,
            false,
            null,
            written == null ? null : new Timestamps(written, written)));
  }

  private static DomainDisk disk(String device, SourceType type, String location) {
    var image = new DiskImage(type, location, "raw", null);
    return new DomainDisk(
        "vda", device, "virtio", image, false, false, false, false, false, 64 * MIB, 0);
  }

  private static DomainDisk file() {
    return disk("disk", SourceType.FILE, "/srv/a.raw");
  }

  private List<Problem> problems(DomainDisk staying) {
    return placement(staying).obstacles().stream().map(Obstacle::problem).toList();
  }

  private Placement placement(DomainDisk staying) {
    return volumes
        .look(DESTINATION, SOURCE)
        .plan(
            new CopyWish(
                UUID.randomUUID(),
                List.of(),
                List.of(staying),
                List.of(staying),
                Set.of(),
                false,
                CopyMode.FULL,
                BackingCheck.SIZE,
                Map.of(),
                Map.of(),
                Set.of(),
                Overwrite.OWN,
                Map.of()),
            storage.pools(SOURCE));
  }

  private void assertLeftBehind(DomainDisk staying) {
    assertThat(problems(staying))
        .extracting(Problem::type)
        .containsExactly(ProblemType.DISK_LEFT_BEHIND);
  }

  @ParameterizedTest
  @CsvSource({"disk, FILE, /srv/a.raw", "floppy, FILE, /srv/a.raw", "disk, VOLUME, images/a.raw"})
  void leavesNoFileBehindThatTheDestinationHasNot(String device, SourceType type, String location) {
    pool("kvm-a", "dir");
    pool("kvm-b", "dir");
    List<Problem> problems = problems(disk(device, type, location));
    assertThat(problems).extracting(Problem::type).containsExactly(ProblemType.DISK_LEFT_BEHIND);
    assertThat(problems.getFirst().errors())
        .containsExactly(
            new FieldError(
                "#/disks",
                "vda (%s) is not on storage that both hosts see, and would stay behind; name it in disks, or tell ferry.shared-paths that every host sees it."
                    .formatted(location)));
  }

  @Test
  void namesNoListForAShareableDisk() {
    pool("kvm-b", "dir");
    var image = new DiskImage(SourceType.FILE, "/srv/a.raw", "raw", null);
    var disk =
        new DomainDisk("vda", "disk", "scsi", image, false, true, false, false, false, MIB, 0);
    assertThat(problems(disk).getFirst().detail())
        .endsWith(
            "would stay behind; it is shareable, so it is never copied: put it on such storage.");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "another size,                   63, 5,   0",
    "less allocated,                 64, 4,   0",
    "more allocated,                 64, 6,   0",
    "written after the source was,   64, 5,   1",
    "written long before it,         64, 5, -61",
  })
  void leavesNoFileBehindOfWhichTheDestinationHasAnother(
      String how, long capacityMiB, long allocation, long seconds) {
    pool("kvm-a", "dir");
    pool("kvm-b", "dir");
    image("kvm-a", 64 * MIB, 5, NOON);
    image("kvm-b", capacityMiB * MIB, allocation, NOON.plusSeconds(seconds));
    assertLeftBehind(file());
  }

  @Test
  void seesAnotherSizeWithoutAPoolOfTheSource() {
    pool("kvm-b", "dir");
    image("kvm-b", 64 * MIB - 1, 5, NOON);
    assertThat(problems(file())).as("the guest sees whole sectors").isEmpty();
    image("kvm-b", 64 * MIB - 512, 5, NOON);
    assertLeftBehind(file());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -59})
  void leavesToLibvirtWhatMayBeOneFileForBoth(long seconds) {
    pool("kvm-a", "dir");
    pool("kvm-b", "dir");
    image("kvm-a", 64 * MIB, 5, NOON);
    image("kvm-b", 64 * MIB, 5, NOON.plusSeconds(seconds));
    assertThat(problems(file())).isEmpty();
  }

  @Test
  void leavesToLibvirtWhatTheGuestWritesMeanwhile() {
    pool("kvm-a", "dir");
    pool("kvm-b", "dir");
    image("kvm-a", 64 * MIB, 5, NOON);
    storage.keepWriting("kvm-a", "images", "a.raw");
    image("kvm-b", 64 * MIB, 5, Instant.ofEpochSecond(1));
    assertThat(problems(file())).isEmpty();
  }

  @Test
  void aPoolOfTheSourceThatHangsIsInNobodysWay() {
    pool("kvm-a", "dir");
    pool("kvm-b", "dir");
    storage.hang("kvm-a", "images");
    assertLeftBehind(file());
    image("kvm-b", 64 * MIB, 5, NOON);
    assertThat(problems(file())).isEmpty();
  }

  @Test
  void leavesToLibvirtWhatNoPoolShows() {
    assertThat(problems(file())).isEmpty();
    pool("kvm-a", "dir");
    image("kvm-a", 64 * MIB, 5, NOON);
    assertThat(problems(file())).isEmpty();
    pool("kvm-b", "dir");
    assertLeftBehind(file());
    assertThat(problems(disk("disk", SourceType.FILE, "/srv/deeper/a.raw"))).isEmpty();
    assertThat(problems(disk("disk", SourceType.FILE, "/srv/../srv/a.raw"))).isEmpty();
  }

  @Test
  void wantsWhatIsOnANetworkFileSystemToBeOnTheOneOfTheDestination() {
    pool("kvm-a", "netfs");
    assertThat(problems(file())).isEmpty();
    assertThat(placement(file()).doubts())
        .containsExactly(
            "vda (/srv/a.raw) has to be on kvm-b, and no active pool there can show whether it is");
    pool("kvm-b", "netfs");
    assertThat(missing(file()))
        .startsWith("vda (/srv/a.raw) is not copied and is missing on kvm-b; put it there");
    image("kvm-b", 64 * MIB, 5, NOON);
    assertThat(problems(file())).isEmpty();
    assertThat(placement(file()).doubts()).isEmpty();
  }

  /** What the destination believes of a file on NFS is up to a minute old. */
  @Test
  void leavesToLibvirtWhatGrewSinceTheDestinationLooked() {
    pool("kvm-a", "dir");
    pool("kvm-b", "dir");
    image("kvm-a", 64 * MIB, 9, NOON);
    image("kvm-b", 64 * MIB, 5, NOON.minusSeconds(30));
    assertThat(problems(file())).isEmpty();
    image("kvm-b", 64 * MIB, 5, NOON);
    assertLeftBehind(file());
  }

  @Test
  void leavesToLibvirtWhatAPoolThatCanNotBeReadAnewMayHave() {
    pool("kvm-b", "dir");
    storage.breakPool("kvm-b", "images");
    assertThat(problems(file())).isEmpty();
    DomainDisk medium = medium(SourceType.FILE, "/srv/cd.iso", false);
    assertThat(problems(medium)).isEmpty();
    assertThat(placement(medium).doubts())
        .contains(
            "sda (/srv/cd.iso) has to be on kvm-b, and no active pool there can show whether it is");
  }

  /** The guest may write into a raw disk whatever begins an image of another format. */
  @Test
  void holdsARawDiskAgainstTheLengthOfItsFile() {
    pool("kvm-b", "dir");
    storage.volume(
        "kvm-b",
        new StorageVolume(
            "images",
            "a.raw",
            "/srv/a.raw",
            "qcow2",
            MIB,
            5,
            64 * MIB,
            null,
            null,
            false,
            null,
            null));
    assertThat(problems(file())).isEmpty();
    storage.volume(
        "kvm-b",
        new StorageVolume(
            "images",
            "a.raw",
            "/srv/a.raw",
            "qcow2",
            64 * MIB,
            5,
            MIB,
            null,
            null,
            false,
            null,
            null));
    assertLeftBehind(file());
  }

  private static DomainDisk cdrom(String location, boolean dispensable) {
    return medium(SourceType.VOLUME, location, dispensable);
  }

  private static DomainDisk medium(SourceType type, String location, boolean dispensable) {
    var medium = new DiskImage(type, location, "raw", null);
    return new DomainDisk(
        "sda", "cdrom", "sata", medium, true, false, false, dispensable, false, MIB, MIB);
  }

  private String missing(DomainDisk disk) {
    Problem problem = problems(disk).getFirst();
    assertThat(problem.type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    return problem.detail();
  }

  @Test
  void wantsTheVolumeOfAMediumToBeThere() {
    pool("kvm-b", "dir");
    assertThat(missing(cdrom("images/a.raw", false)))
        .isEqualTo(
            "sda (images/a.raw) is not copied and is missing on kvm-b; put it there, or take it out"
                + " of the domain.");
    assertThat(missing(cdrom("media/a.raw", false)))
        .isEqualTo(
            "sda (media/a.raw) is not copied and is missing on kvm-b, which has no active pool of"
                + " that name; start it there.");
    assertThat(problems(cdrom("images/a.raw", true))).as("it arrives without").isEmpty();
    image("kvm-b", MIB, 0, NOON);
    assertThat(problems(cdrom("images/a.raw", false))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"FILE, /media/cd.iso", "BLOCK, /dev/sr0", "DIR, /srv"})
  void saysThatNobodyCanTellWhetherAMediumIsThere(SourceType type, String location) {
    pool("kvm-b", "dir");
    DomainDisk medium = medium(type, location, false);
    assertThat(problems(medium)).isEmpty();
    assertThat(placement(medium).doubts())
        .containsExactly(
            "sda (%s) has to be on kvm-b, and no active pool there can show whether it is"
                .formatted(location));
    assertThat(placement(medium(type, location, true)).doubts()).isEmpty();
  }

  @Test
  void advisesNoCopyOfWhatIsNeverCopied() {
    storage.pool("kvm-a", new StoragePool("net", "netfs", "/exp", 0));
    storage.pool("kvm-b", new StoragePool("net", "netfs", "/exp", 0));
    assertThat(missing(disk("disk", SourceType.VOLUME, "net/a.raw")))
        .doesNotContain("name it in disks");
    storage.reset();
    storage.pool("kvm-a", new StoragePool("net", "netfs", "/exp", 0));
    storage.pool("kvm-b", new StoragePool("net", "dir", "/exp", 0));
    assertThat(missing(disk("disk", SourceType.FILE, "/exp/a.raw")))
        .doesNotContain("Name the disk");
  }

  @Test
  void wantsTheVolumeOfADiskThatStaysToBeThere() {
    storage.pool("kvm-a", new StoragePool("vg", "logical", "/dev/vg", 0));
    storage.pool("kvm-b", new StoragePool("vg", "logical", "/dev/vg", 0));
    assertThat(missing(disk("disk", SourceType.VOLUME, "vg/a")))
        .endsWith("is missing on kvm-b; put it there, or name it in disks.");
  }

  @ParameterizedTest
  @CsvSource({"BLOCK, /srv/a.raw", "VHOSTUSER, vhostuser", "UNKNOWN, rados"})
  void leavesToLibvirtWhatIsNoFile(SourceType type, String location) {
    pool("kvm-a", "dir");
    pool("kvm-b", "dir");
    assertThat(problems(disk("disk", type, location))).isEmpty();
  }
}
