package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.problem.Problem;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk of 64 MiB that is the part of its file behind the first MiB. */
class SlicesTest {

  private static final HostAddress SOURCE = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");
  private static final HostAddress DESTINATION =
      new HostAddress("kvm-b", "qemu+tls://kvm-b/system");
  private static final long END = 65 * MIB;

  private final FakeStorage storage = new FakeStorage();
  private final DestinationVolumes volumes = Disks.volumes(storage, new FakeHypervisor().ports());

  @BeforeEach
  void poolsOnBothHosts() {
    storage.pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    storage.pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * MIB));
  }

  private void file(String host, long bytes, long allocated) {
    storage.volume(
        host,
        new StorageVolume(
            "images",
            "c.raw",
            "/srv/c.raw",
            "raw",
            bytes,
            allocated,
            bytes,
            null,
            null,
            false,
            null,
            null));
  }

  private static DomainDisk slice(String format, @Nullable DiskImage beneath) {
    return Domains.onImage(
        "vda", new DiskImage(SourceType.FILE, "/srv/c.raw", format, beneath, END));
  }

  private Placement placement(DomainDisk disk, CopyMode mode, Overwrite overwrite) {
    return volumes
        .look(DESTINATION, SOURCE)
        .plan(
            new CopyWish(
                UUID.randomUUID(),
                List.of(disk),
                List.of(),
                List.of(),
                Set.of(),
                true,
                mode,
                BackingCheck.SIZE,
                Map.of(),
                Map.of(),
                Set.of(),
                overwrite,
                Map.of()),
            storage.pools(SOURCE));
  }

  private VolumePlan planned() {
    Placement placement = placement(slice("raw", null), CopyMode.FULL, Overwrite.OWN);
    assertThat(placement.obstacles()).isEmpty();
    return placement.volumes().getFirst();
  }

  private String objection(DomainDisk disk, CopyMode mode, Overwrite overwrite) {
    return placement(disk, mode, overwrite).obstacles().stream()
        .map(Obstacle::problem)
        .map(Problem::detail)
        .findFirst()
        .orElse("none");
  }

  /** The definition goes on to say that the disk is a slice, so its file has to be as long. */
  @Test
  void makesAFileInWhichTheSliceEndsWhereItDid() {
    VolumePlan plan = planned();
    assertThat(plan.action()).isEqualTo(Action.CREATE);
    assertThat(plan.capacityBytes()).isEqualTo(64 * MIB);
    assertThat(plan.imageBytes()).isEqualTo(END);
    assertThat(Objects.requireNonNull(plan.volume()).capacityBytes()).isEqualTo(END);
    assertThat(plan.definedAnew()).isFalse();
  }

  @Test
  void goesIntoAFileThatIsLongEnough() {
    file("kvm-b", END, 0);
    assertThat(planned().action()).isEqualTo(Action.REUSE);
    file("kvm-b", END + MIB, 0);
    assertThat(planned().action()).isEqualTo(Action.REUSE);
    file("kvm-b", 64 * MIB, 0);
    assertThat(objection(slice("raw", null), CopyMode.FULL, Overwrite.OWN))
        .isEqualTo(
            "/srv/c.raw on kvm-b has 67108864 bytes and vda is a slice that ends at 68157440; remove it there, or give it as many.");
  }

  @Test
  void countsNothingAsCopiedThatMayBeBesideTheSlice() {
    file("kvm-a", END, MIB + 5);
    assertThat(planned().bytesToCopy()).isEqualTo(5);
    file("kvm-a", END, 7);
    assertThat(planned().bytesToCopy()).isZero();
  }

  @Test
  void makesNoImageOfAnotherFormatWithinAFile() {
    DomainDisk disk = slice("qcow2", null);
    assertThat(objection(disk, CopyMode.FULL, Overwrite.OWN))
        .startsWith("vda is a slice of its file of format qcow2");
    file("kvm-b", END, 0);
    assertThat(objection(disk, CopyMode.FULL, Overwrite.OWN)).contains("is empty, and vda needs");
    file("kvm-b", END, MIB);
    assertThat(objection(disk, CopyMode.FULL, Overwrite.ANY)).isEqualTo("none");
  }

  @Test
  void putsNoOverlayOnASlice() {
    var beneath = new DiskImage(SourceType.FILE, "/srv/b.raw", "raw", null, END);
    var overlay = new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", beneath);
    DomainDisk disk = Domains.onImage("vda", overlay);
    assertThat(placement(disk, CopyMode.INCREMENTAL, Overwrite.OWN).obstacles().toString())
        .contains("vda is a slice of its file, or on one, and no overlay is made of that");
    assertThat(objection(disk, CopyMode.FULL, Overwrite.OWN)).isEqualTo("none");
  }
}
