package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static dev.virtferry.libvirt.Domains.disk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DestinationVolumesTest {

  private static final HostAddress SOURCE = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");
  private static final HostAddress DESTINATION =
      new HostAddress("kvm-b", "qemu+tls://kvm-b/system");

  private final FakeStorage storage = new FakeStorage();
  private final DestinationVolumes volumes = new DestinationVolumes(storage);

  private void pool(String host, long availableBytes) {
    storage.pool(host, new StoragePool("images", "dir", "/srv", availableBytes));
  }

  private void volume(
      String host, String name, String format, long capacity, long allocation, @Nullable String v) {
    storage.volume(
        host,
        new StorageVolume("images", name, "/srv/" + name, format, capacity, allocation, v, null));
  }

  private static DomainDisk qcow2(String target) {
    return new DomainDisk(
        target,
        "disk",
        "virtio",
        "file",
        "/srv/" + target + ".qcow2",
        "qcow2",
        false,
        false,
        64 * MIB);
  }

  private Problem refusal(DomainDisk... disks) {
    return catchThrowableOfType(
            Refused.class, () -> volumes.plan(List.of(disks), SOURCE, DESTINATION))
        .problem();
  }

  @Test
  void expectsAnImageWhereNoPoolLetsItLook() {
    VolumePlan plan = volumes.plan(List.of(disk("vda")), SOURCE, DESTINATION).getFirst();
    assertThat(plan.action()).isEqualTo(Action.EXPECT);
    assertThat(plan.path()).isEqualTo("/srv/vda.raw");
    assertThat(plan.pool()).isNull();
    assertThat(plan.bytesToCopy()).isEqualTo(64 * MIB);
  }

  @Test
  void makesAnAbsentImageOfTheSameFormatSizeAndVersion() {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    volume("kvm-a", "vda.qcow2", "qcow2", 64 * MIB, 5 * MIB, "0.10");
    VolumePlan plan = volumes.plan(List.of(qcow2("vda")), SOURCE, DESTINATION).getFirst();
    assertThat(plan)
        .isEqualTo(
            new VolumePlan(
                "vda",
                Action.CREATE,
                "/srv/vda.qcow2",
                "images",
                "vda.qcow2",
                "qcow2",
                64 * MIB,
                5 * MIB,
                "0.10"));
    assertThat(storage.deeds()).as("a plan changes nothing").isEmpty();
    volumes.make(plan, DESTINATION);
    StorageVolume made = storage.volume(DESTINATION, "images", "vda.qcow2").orElseThrow();
    assertThat(made.format()).isEqualTo("qcow2");
    assertThat(made.capacityBytes()).isEqualTo(64 * MIB);
    assertThat(made.compat()).isEqualTo("0.10");
  }

  @Test
  void takesTheUsualVersionOfQcow2WhereTheSourceHasNoPool() {
    pool("kvm-b", 100 * MIB);
    assertThat(volumes.plan(List.of(qcow2("vda")), SOURCE, DESTINATION))
        .singleElement()
        .satisfies(plan -> {
          assertThat(plan.compat()).isEqualTo("1.1");
          assertThat(plan.bytesToCopy()).isEqualTo(64 * MIB);
        });
  }

  @Test
  void reusesAnImageThatFits() {
    pool("kvm-b", 0);
    volume("kvm-b", "vda.raw", "raw", 64 * MIB, 64 * MIB, null);
    assertThat(volumes.plan(List.of(disk("vda")), SOURCE, DESTINATION))
        .extracting(VolumePlan::action)
        .containsExactly(Action.REUSE);
  }

  @Test
  void refusesAnImageOfAnotherSize() {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vdb.raw", "raw", 65 * MIB, 0, null);
    Problem problem = refusal(disk("vda"), disk("vdb"));
    assertThat(problem.type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(problem.errors()).extracting(FieldError::pointer).containsExactly("#/disks/1");
    assertThat(problem.detail()).contains("/srv/vdb.raw on kvm-b has 68157440 bytes");
  }

  @Test
  void refusesAnImageOfAnotherFormat() {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vda.raw", "qcow2", 64 * MIB, 0, "1.1");
    assertThat(refusal(disk("vda")).detail()).contains("is qcow2 and vda is raw");
  }

  @Test
  void refusesAFormatThatAPoolCantMake() {
    pool("kvm-b", 100 * MIB);
    var vmdk = new DomainDisk("vda", "disk", "virtio", "file", "/srv/v", "vmdk", false, false, MIB);
    assertThat(refusal(vmdk).detail()).contains("format vmdk").contains("by hand");
  }

  @Test
  void countsTheRoomForAllDisksTogether() {
    pool("kvm-b", 127 * MIB);
    Problem problem = refusal(disk("vda"), disk("vdb"));
    assertThat(problem.type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(problem.errors()).extracting(FieldError::pointer).containsExactly("#/disks");
    assertThat(problem.detail())
        .contains("134217728 bytes")
        .contains("pool images on kvm-b has 133169152 free");
  }

  @Test
  void needsRoomForWhatIsAllocatedOnly() {
    pool("kvm-a", 0);
    pool("kvm-b", 10 * MIB);
    volume("kvm-a", "vda.raw", "raw", 64 * MIB, 10 * MIB, null);
    assertThat(volumes.plan(List.of(disk("vda")), SOURCE, DESTINATION)).hasSize(1);
  }

  @Test
  void doesNotTakeThePoolOfAnotherDirectory() {
    storage.pool("kvm-b", new StoragePool("other", "dir", "/srv2", 0));
    storage.pool("kvm-b", new StoragePool("parent", "dir", "/", 0));
    storage.pool("kvm-b", new StoragePool("ceph", "rbd", "", 0));
    assertThat(volumes.plan(List.of(disk("vda")), SOURCE, DESTINATION))
        .extracting(VolumePlan::action)
        .containsExactly(Action.EXPECT);
  }
}
