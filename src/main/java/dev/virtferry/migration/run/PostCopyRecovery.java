package dev.virtferry.migration.run;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.plan.CallMapping;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with a post-copy whose link was lost. QEMU may say for a while that it still runs, so a
 * refusal is tried again for as long as the hosts show that nothing goes on.
 */
final class PostCopyRecovery {

  private static final Logger log = LoggerFactory.getLogger(PostCopyRecovery.class);

  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(3);

  private final BothHosts hosts;
  private final LeasedMigration migration;
  private @Nullable CompletableFuture<Void> call;
  private Moment triedAt = Moment.LONG_AGO;
  private volatile String refusal = "";

  PostCopyRecovery(BothHosts hosts, LeasedMigration migration) {
    this.hosts = hosts;
    this.migration = migration;
  }

  /** Whether a call that goes on with it has not returned yet. */
  boolean pending() {
    return call != null && !call.isDone();
  }

  /** The guest waits; goes on with it if a client asked for that. */
  void attempt(Moment now) {
    if (!migration.latest().status().resumptionRequested()
        || pending()
        || now.within(BETWEEN_TRIES, triedAt)) {
      return;
    }
    triedAt = now;
    log.info("Going on with the post-copy");
    call = hosts.migrate(CallMapping.resumption(migration.latest().call()));
    var _ = call.whenComplete((_, error) -> heard(error));
  }

  private void heard(@Nullable Throwable error) {
    if (error instanceof LibvirtFailure || error instanceof HostUnreachable) {
      refusal = String.valueOf(error.getMessage());
      log.warn("The post-copy does not go on: {}", refusal);
    }
  }

  /** What became of the wish to go on, for a person; empty when there is none. */
  String progress() {
    if (!migration.latest().status().resumptionRequested()) {
      return "";
    }
    return refusal.isEmpty()
        ? " It was asked to go on."
        : " It was asked to go on, and libvirt refused.";
  }

  /** What libvirt said last to that wish; null for nothing. */
  @Nullable String said() {
    return refusal.isEmpty() ? null : refusal;
  }

  /** What helps. */
  String advice() {
    return migration.latest().status().resumptionRequested()
        ? "Nothing has to be done where the link is whole: it is tried until QEMU takes it. Destroy"
            + " neither side: each has a part."
        : "Restore the link, then POST to resume-post-copy of this migration. If only a daemon was"
            + " started anew, QEMU may come to the end by itself. Destroy neither side: each has a"
            + " part.";
  }
}
