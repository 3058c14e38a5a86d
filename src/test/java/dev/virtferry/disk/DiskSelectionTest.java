package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.cdrom;
import static dev.virtferry.libvirt.Domains.disk;
import static dev.virtferry.libvirt.Domains.network;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiskSelectionTest {

  private static final List<DomainDisk> DISKS =
      List.of(disk("vda"), disk("vdb"), network("vdc"), cdrom("sda"));

  private static final List<StoragePool> POOLS =
      List.of(
          new StoragePool("nfs", "netfs", "/var/nfs", 0),
          new StoragePool("ceph", "rbd", "", 0),
          new StoragePool("pool", "dir", "/srv", 0),
          new StoragePool("mounted", "dir", "/mnt/nfs/pool", 0));

  private final DiskSelection selection =
      new DiskSelection(new SharedStorage(new DiskProperties(List.of("/mnt/nfs"))));

  private List<String> select(List<DomainDisk> disks, List<String> targets) {
    Selection selected = selection.select(disks, POOLS, targets, null);
    assertThat(selected.problems()).isEmpty();
    return selected.chosen().stream().map(DomainDisk::target).toList();
  }

  private Problem refusal(List<DomainDisk> disks, List<String> targets) {
    return selection.select(disks, POOLS, targets, null).problems().getFirst();
  }

  private List<String> choices(@Nullable List<String> targets, @Nullable CopyMode copy) {
    return selection.select(DISKS, POOLS, targets, copy).choices().stream()
        .map(choice -> choice.disk().target() + " " + choice.action())
        .toList();
  }

  @Test
  void tellsOfEveryDiskWhatHappensToIt() {
    assertThat(choices(List.of("vdb", "vda"), null))
        .containsExactly("vda COPY", "vdb COPY", "vdc SHARED", "sda SKIPPED");
    assertThat(choices(null, CopyMode.FULL))
        .containsExactly("vda COPY", "vdb COPY", "vdc SHARED", "sda SKIPPED");
    assertThat(choices(null, null))
        .containsExactly("vda SKIPPED", "vdb SKIPPED", "vdc SHARED", "sda SKIPPED");
    assertThat(choices(List.of("vda", "sda"), null))
        .containsExactly("vda COPY", "vdb BLOCKED", "vdc SHARED", "sda BLOCKED");
  }

  @Test
  void namesEveryKindOfProblemOnce() {
    assertThat(
            selection.select(DISKS, POOLS, List.of("vdx", "sda", "vdy"), null).problems().stream()
                .map(Problem::type))
        .containsExactly(
            ProblemType.DISK_NOT_FOUND,
            ProblemType.DISK_NOT_COPYABLE,
            ProblemType.DISK_LEFT_BEHIND);
  }

  @Test
  void keepsTheOrderOfTheRequest() {
    assertThat(select(DISKS, List.of("vdb", "vda"))).containsExactly("vdb", "vda");
  }

  @Test
  void selectsNothingWhenNothingIsSaid() {
    assertThat(selection.select(DISKS, POOLS, null, null).chosen()).isEmpty();
  }

  @Test
  void expandsACopyWithoutDisksToEveryDiskThatCanBeCopied() {
    assertThat(selection.select(DISKS, POOLS, null, CopyMode.FULL).chosen())
        .extracting(DomainDisk::target)
        .containsExactly("vda", "vdb");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void refuses(String why, List<String> targets, ProblemType type, List<String> pointers) {
    Problem problem = refusal(DISKS, targets);
    assertThat(problem.type()).isEqualTo(type);
    assertThat(problem.errors()).extracting(FieldError::pointer).isEqualTo(pointers);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of("no disk", List.of(), ProblemType.DISK_NOT_FOUND, List.of("#/disks")),
        Arguments.of(
            "an empty target",
            List.of("vda", "", "vdb"),
            ProblemType.DISK_NOT_FOUND,
            List.of("#/disks/1")),
        Arguments.of(
            "unknown targets, each of them",
            List.of("vdx", "vda", "vdb", "vdy"),
            ProblemType.DISK_NOT_FOUND,
            List.of("#/disks/0", "#/disks/3")),
        Arguments.of(
            "a comma-joined list",
            List.of("vda,vdb"),
            ProblemType.DISK_NOT_FOUND,
            List.of("#/disks/0")),
        Arguments.of(
            "a path in place of a target",
            List.of("/srv/vda.raw"),
            ProblemType.DISK_NOT_FOUND,
            List.of("#/disks/0")),
        Arguments.of(
            "another case", List.of("VDA"), ProblemType.DISK_NOT_FOUND, List.of("#/disks/0")),
        Arguments.of(
            "a target named twice",
            List.of("vda", "vdb", "vda"),
            ProblemType.DISK_NOT_COPYABLE,
            List.of("#/disks/2")),
        Arguments.of(
            "a CD-ROM and a shared disk",
            List.of("vda", "sda", "vdb", "vdc"),
            ProblemType.DISK_NOT_COPYABLE,
            List.of("#/disks/1", "#/disks/3")),
        Arguments.of(
            "a local disk left out",
            List.of("vda"),
            ProblemType.DISK_LEFT_BEHIND,
            List.of("#/disks")));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("uncopyable")
  void saysWhyADiskCantBeCopied(DomainDisk disk, String why) {
    assertThat(selection.whyNot(disk, POOLS))
        .hasValueSatisfying(words -> assertThat(words).contains(why));
  }

  static Stream<Arguments> uncopyable() {
    return Stream.of(
        Arguments.of(cdrom("sda"), "is a cdrom"),
        Arguments.of(of("fda", "floppy", "file", "/srv/f", true, false), "is read-only"),
        Arguments.of(of("fda", "floppy", "file", null, false, false), "has no medium"),
        Arguments.of(of("vda", "disk", "dir", "/srv", false, false), "can't be copied"),
        Arguments.of(of("vda", "disk", "nvme", "nvme", false, false), "neither copies nor leaves"),
        Arguments.of(
            of("vda", "disk", "vhostuser", "vhostuser", false, false), "another process or device"),
        Arguments.of(
            of("vda", "disk", "vhostvdpa", "vhostvdpa", false, false), "another process or device"),
        Arguments.of(of("vda", "disk", "rados", "rados", false, false), "can't be copied"),
        Arguments.of(of("vda", "disk", "file", null, false, false), "has no medium"),
        Arguments.of(of("vda", "disk", "file", "/srv/a", true, false), "is read-only"),
        Arguments.of(of("vda", "disk", "file", "/srv/a", false, true), "is shareable"),
        Arguments.of(network("vda"), "is on shared storage"),
        Arguments.of(of("vda", "disk", "file", "/mnt/nfs/a", false, false), "on shared storage"),
        Arguments.of(of("vda", "disk", "file", "/var/nfs/x/a", false, false), "on shared storage"),
        Arguments.of(of("vda", "disk", "volume", "nfs/a", false, false), "on shared storage"),
        Arguments.of(of("vda", "disk", "volume", "ceph/a", false, false), "on shared storage"),
        Arguments.of(of("vda", "disk", "volume", "mounted/a", false, false), "on shared storage"));
  }

  @ParameterizedTest
  @MethodSource("copyable")
  void canCopyWhatIsLocal(DomainDisk disk) {
    assertThat(selection.whyNot(disk, POOLS)).isEmpty();
  }

  static Stream<DomainDisk> copyable() {
    return Stream.of(
        disk("vda"),
        of("fda", "floppy", "file", "/srv/f", false, false),
        of("sda", "lun", "block", "/dev/sdx", false, false),
        of("vda", "disk", "block", "/dev/loop7", false, false),
        of("vda", "disk", "file", "/mnt/nfsx/a", false, false),
        of("vda", "disk", "file", "/mnt/nfs/../local/a", false, false),
        of("vda", "disk", "file", "/var/nfsx/a", false, false),
        of("vda", "disk", "volume", "gone/name", false, false),
        of("vda", "disk", "volume", "pool/name", false, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"dir", "network", "vhostuser", "vhostvdpa", "rados"})
  void callsLocalWhatIsAFileOrADeviceAlone(String type) {
    List<DomainDisk> disks =
        List.of(disk("vda"), of("vdb", "disk", type, "served/b", false, false));
    assertThat(select(disks, List.of("vda"))).containsExactly("vda");
    assertThat(selection.select(disks, POOLS, null, null).problems()).isEmpty();
  }

  @Test
  void movesNoGuestWithADeviceOfItsHost() {
    DomainDisk nvme = of("vdb", "disk", "nvme", "nvme", false, false);
    String why =
        "vdb (nvme) is a device of the host, which libvirt neither copies nor leaves behind";
    assertThat(refusal(List.of(disk("vda"), nvme), List.of("vda")).errors())
        .containsExactly(new FieldError("#/disks", why + "; detach it."));
    assertThat(refusal(List.of(disk("vda"), nvme), List.of("vda", "vdb")).errors())
        .containsExactly(new FieldError("#/disks/1", why + "; detach it."));
    Selection plain = selection.select(List.of(network("vda"), nvme), POOLS, null, null);
    assertThat(plain.problems())
        .extracting(Problem::type)
        .containsExactly(ProblemType.DISK_LEFT_BEHIND);
    assertThat(plain.choices().getLast().action()).isEqualTo(DiskChoice.Action.BLOCKED);
    DomainDisk read = of("vdb", "disk", "nvme", "nvme", true, false);
    assertThat(selection.select(List.of(disk("vda"), read), POOLS, null, null).problems())
        .isEmpty();
  }

  @Test
  void saysWhatNobodyCanTellOfDisksThatStay() {
    List<DomainDisk> disks =
        List.of(
            disk("vda"),
            of("vdb", "disk", "file", "/srv/b", false, true),
            of("vdc", "lun", "block", "/dev/c", false, false),
            of("vdd", "disk", "vhostuser", "vhostuser", false, false),
            of("vde", "disk", "rados", "rados", false, false),
            of("vdf", "disk", "file", "/srv/f", true, false),
            network("vdg"),
            cdrom("sda"));
    assertThat(selection.select(disks, POOLS, null, null).doubts())
        .containsExactly(
            Map.entry(
                "vda",
                "Whether vda (/srv/vda.raw) is on storage that both hosts see can't be told, and"
                    + " libvirt refuses the migration unless it finds that it is: name it in disks,"
                    + " or tell ferry.shared-paths that every host sees it"),
            Map.entry(
                "vdb",
                "Whether vdb (/srv/b) is on storage that both hosts see can't be told, and libvirt"
                    + " refuses the migration unless it finds that it is: tell ferry.shared-paths if"
                    + " every host sees it"),
            Map.entry(
                "vdc",
                "Whether vdc (/dev/c) is one device on both hosts can't be told, and libvirt takes it"
                    + " for one: name it in disks, or tell ferry.shared-paths that every host sees it"),
            Map.entry(
                "vdd",
                "Whether the destination has what vdd (vhostuser) is served by can't be told, and"
                    + " the guest goes on with that there"),
            Map.entry(
                "vde",
                "Whether libvirt moves a guest with vde (rados) can't be told, and it is not copied"));
    assertThat(selection.select(disks, POOLS, List.of("vda", "vdc"), null).doubts())
        .containsOnlyKeys("vdb", "vdd", "vde");
  }

  @Test
  void leavesNoDiskBehindThatNobodyShares() {
    assertThat(select(List.of(disk("vda"), network("vdb"), cdrom("sda")), List.of("vda")))
        .containsExactly("vda");
  }

  private static DomainDisk of(
      String target,
      String device,
      String type,
      @Nullable String location,
      boolean readOnly,
      boolean shareable) {
    DiskImage image =
        location == null ? null : new DiskImage(SourceType.of(type), location, "raw", null);
    return new DomainDisk(
        target, device, "virtio", image, readOnly, shareable, false, false, false, 1, 1);
  }

  /** A pool speaks for its own host, and a server is looked at by its name. */
  @Test
  void looksAtTheDestinationForAllThatNobodySaidEveryHostSees() {
    List<DomainDisk> disks =
        List.of(
            disk("vda"),
            on("vdb", new DiskImage(SourceType.FILE, "/var/nfs/b.raw", "raw", null)),
            on("vdc", new DiskImage(SourceType.VOLUME, "nfs/c.raw", "raw", null)),
            on("vdd", new DiskImage(SourceType.VOLUME, "ceph/d", "raw", null)),
            on("vde", new DiskImage(SourceType.FILE, "/mnt/nfs/e.raw", "raw", null)),
            on("vdf", new DiskImage(SourceType.VOLUME, "mounted/f.raw", "raw", null)),
            network("vdg"),
            cdrom("sda"));
    assertThat(selection.select(disks, POOLS, null, null).staying())
        .extracting(DomainDisk::target)
        .containsExactly("vda", "vdb", "vdc", "vdd", "sda");
  }

  private static DomainDisk on(String target, DiskImage image) {
    return new DomainDisk(target, "disk", "virtio", image, false, false, false, false, false, 1, 1);
  }
}
