package dev.virtferry.migration.run;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.BackingContent;
import dev.virtferry.disk.BackingImage;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.migration.Progress.Verification;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.plan.MigrationPlan;
import dev.virtferry.migration.run.ComparisonTurns.Turn;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Compares backing images by their content before overlays are copied, where that was asked for.
 */
@Component
final class BackingVerifier {

  private static final Duration BETWEEN_REPORTS = Duration.ofMillis(500);

  private final BackingContent content;
  private final Timepiece time;
  private final ComparisonTurns turns = new ComparisonTurns();

  BackingVerifier(BackingContent content, Timepiece time) {
    this.content = content;
    this.time = time;
  }

  /**
   * Compares all of them, and reports how far it is; ends early when a client cancels.
   *
   * @return whether it had any to compare, and so took its time
   * @throws Refused when one differs
   * @throws RunStopped when the service wants to stop
   */
  boolean verify(LeasedMigration migration, MigrationPlan plan, BooleanSupplier stopping)
      throws InterruptedException {
    BackingCheck asked = plan.spec().options().storage().verifyBacking();
    long total = total(plan.transfer());
    if (asked != BackingCheck.CONTENT || total == 0) {
      return false;
    }
    var report = new Report(migration, total, stopping);
    try (@Nullable Turn turn =
        turns.take(plan.source(), plan.destination(), deepest(plan), () -> report.test(0))) {
      if (turn != null) {
        compare(plan, report);
      }
    }
    return true;
  }

  private static int deepest(MigrationPlan plan) {
    return plan.transfer().disks().stream().mapToInt(disk -> disk.backing().size()).max().orElse(0);
  }

  /**
   * What was read may have been written into after that, so what is there now has to be what was
   * there before.
   *
   * @param before with the images as they were when the comparison began
   * @return what is planned now
   * @throws Refused when somebody wrote into one, or put another in its place
   */
  static MigrationPlan unwritten(MigrationPlan before, MigrationPlan now) {
    for (VolumePlan plan : now.transfer().disks()) {
      List<BackingImage> compared =
          before.transfer().disks().stream()
              .filter(then -> then.target().equals(plan.target()))
              .flatMap(then -> then.backing().stream())
              .toList();
      for (BackingImage image : plan.backing()) {
        if (compared.stream().noneMatch(then -> then.isStill(image))) {
          throw new Refused(changed(plan, image));
        }
      }
    }
    return now;
  }

  /** Tells that a backing image is not the one any more that was compared. */
  static Problem changed(VolumePlan plan, BackingImage image) {
    return Problem.of(
        ProblemType.DESTINATION_STORAGE,
        "Somebody replaced %s, or wrote into it, after it was compared for %s; submit it anew."
            .formatted(image.path(), plan.target()));
  }

  private void compare(MigrationPlan plan, Report report) {
    HostAddress source = plan.source().address();
    HostAddress destination = plan.destination().address();
    List<VolumePlan> disks = plan.transfer().disks();
    for (int i = 0; i < disks.size(); i++) {
      List<BackingImage> chain = disks.get(i).backing();
      content.requireSame(chain, "#/disks/" + i, source, destination, report);
      if (report.cancelled) {
        // What was told last is what was compared.
        return;
      }
      report.before += size(chain);
    }
    report.now(0);
  }

  private static long total(TransferPlan transfer) {
    return transfer.disks().stream()
        .map(VolumePlan::backing)
        .mapToLong(BackingVerifier::size)
        .sum();
  }

  private static long size(List<BackingImage> chain) {
    return chain.isEmpty() ? 0 : chain.getFirst().capacityBytes();
  }

  /** Tells how far it is, and hears whether it is to go on. */
  private final class Report implements LongPredicate {

    private final LeasedMigration migration;
    private final long total;
    private final BooleanSupplier stopping;
    private long before;
    private boolean cancelled;
    private Moment toldAt = Moment.LONG_AGO;

    Report(LeasedMigration migration, long total, BooleanSupplier stopping) {
      this.migration = migration;
      this.total = total;
      this.stopping = stopping;
    }

    @Override
    public boolean test(long done) {
      if (time.now().within(BETWEEN_REPORTS, toldAt)) {
        return true;
      }
      if (stopping.getAsBoolean()) {
        throw new RunStopped();
      }
      now(done);
      cancelled = migration.refresh().status().cancelRequested();
      return !cancelled;
    }

    void now(long done) {
      toldAt = time.now();
      migration.report(migration.progress().with(new Verification(total, before + done)));
    }
  }
}
