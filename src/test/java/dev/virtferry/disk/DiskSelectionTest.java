package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.cdrom;
import static dev.virtferry.libvirt.Domains.disk;
import static dev.virtferry.libvirt.Domains.network;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DiskSelectionTest {

  private static final List<DomainDisk> DISKS =
      List.of(disk("vda"), disk("vdb"), network("vdc"), cdrom("sda"));

  private final DiskSelection selection =
      new DiskSelection(new SharedStorage(new DiskProperties(List.of("/mnt/nfs"))));

  private List<String> select(List<DomainDisk> disks, List<String> targets) {
    return selection.select(disks, targets, null).stream().map(DomainDisk::target).toList();
  }

  private Problem refusal(List<DomainDisk> disks, List<String> targets) {
    return catchThrowableOfType(Refused.class, () -> select(disks, targets)).problem();
  }

  @Test
  void keepsTheOrderOfTheRequest() {
    assertThat(select(DISKS, List.of("vdb", "vda"))).containsExactly("vdb", "vda");
  }

  @Test
  void selectsNothingWhenNothingIsSaid() {
    assertThat(selection.select(DISKS, null, null)).isEmpty();
  }

  @Test
  void expandsACopyWithoutDisksToEveryDiskThatCanBeCopied() {
    assertThat(selection.select(DISKS, null, CopyMode.FULL))
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
    assertThat(selection.whyNot(disk)).hasValueSatisfying(words -> assertThat(words).contains(why));
  }

  static Stream<Arguments> uncopyable() {
    return Stream.of(
        Arguments.of(cdrom("sda"), "is a cdrom"),
        Arguments.of(of("fda", "floppy", "file", "/srv/f", false, false), "is a floppy"),
        Arguments.of(of("vda", "disk", "file", null, false, false), "has no medium"),
        Arguments.of(of("vda", "disk", "file", "/srv/a", true, false), "is read-only"),
        Arguments.of(of("vda", "disk", "file", "/srv/a", false, true), "is shareable"),
        Arguments.of(network("vda"), "is on shared storage"),
        Arguments.of(of("vda", "disk", "file", "/mnt/nfs/a", false, false), "on shared storage"));
  }

  @ParameterizedTest
  @MethodSource("copyable")
  void canCopyWhatIsLocal(DomainDisk disk) {
    assertThat(selection.whyNot(disk)).isEmpty();
  }

  static Stream<DomainDisk> copyable() {
    return Stream.of(
        disk("vda"),
        of("sda", "lun", "block", "/dev/sdx", false, false),
        of("vda", "disk", "block", "/dev/loop7", false, false),
        of("vda", "disk", "file", "/mnt/nfsx/a", false, false),
        of("vda", "disk", "file", "/mnt/nfs/../local/a", false, false),
        of("vda", "disk", "volume", "pool/name", false, false));
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
      @org.jspecify.annotations.Nullable String source,
      boolean readOnly,
      boolean shareable) {
    return new DomainDisk(target, device, "virtio", type, source, "raw", readOnly, shareable, 1);
  }
}
