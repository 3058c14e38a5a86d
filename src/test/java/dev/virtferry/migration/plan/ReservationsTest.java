package dev.virtferry.migration.plan;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.ImageName;
import dev.virtferry.migration.GivenMigration;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Progress.DiskProgress;
import dev.virtferry.migration.Progress.DiskState;
import dev.virtferry.migration.Progress.Flow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReservationsTest {

  private static MigrationSnapshot copying(long done) {
    Migration migration = new GivenMigration().copying("vda").accepted(Instant.EPOCH);
    Progress initial = Progress.initial(migration.plan());
    var disk = new DiskProgress("vda", DiskState.COPYING, 64 * MIB, done);
    return new MigrationSnapshot(
        migration,
        new Progress(
            1,
            0,
            initial.bytesTotal(),
            done,
            Flow.NONE,
            null,
            null,
            initial.memory(),
            null,
            null,
            null,
            List.of(disk)));
  }

  @Test
  void countsWhatOthersHaveNotCopiedYet() {
    assertThat(Reservations.bytes(List.of(copying(0), copying(48 * MIB)), null))
        .isEqualTo(Map.of("images", 80 * MIB));
  }

  @Test
  void knowsTheImagesOfOthers() {
    List<MigrationSnapshot> underWay = List.of(copying(0));
    assertThat(Reservations.images(underWay, UUID.randomUUID()))
        .containsExactly(new ImageName("kvm-b", "/srv/vda"));
    assertThat(Reservations.images(underWay, GivenMigration.GUEST)).isEmpty();
  }

  @Test
  void doesNotCountTheOneThatAsks() {
    MigrationSnapshot self = copying(0);
    assertThat(Reservations.bytes(List.of(self), self.migration().id())).isEmpty();
  }
}
