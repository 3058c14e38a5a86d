package dev.virtferry.migration.run;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.migration.Attention;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Asks libvirt to end its job, where a client wants that or virt-ferry must not let it go on. */
final class Abort {

  private static final Logger log = LoggerFactory.getLogger(Abort.class);

  /** libvirt takes an abort at once and obeys it later; asking more often would not help. */
  private static final Duration BETWEEN_ABORTS = Duration.ofSeconds(2);

  private final Passage passage;
  private final UnheededAbort unheeded;
  private Moment askedAt = Moment.LONG_AGO;
  private boolean taken;
  private @Nullable Failure doom;

  /**
   * Goes on with what an earlier run asked for.
   *
   * @param bytesMoved by the job so far
   */
  Abort(Passage passage, long bytesMoved, Moment now) {
    this.passage = passage;
    this.unheeded = new UnheededAbort(passage.migration().latest().attention(), bytesMoved, now);
  }

  /** It is to end as this failure, as soon as libvirt let go. */
  void doom(Failure why) {
    log.warn("{}", why.problem().detail());
    doom = why;
  }

  /** As which failure it is to end; null where virt-ferry has nothing against it. */
  @Nullable Failure doom() {
    return doom;
  }

  /** Whether libvirt took one. */
  boolean taken() {
    return taken;
  }

  boolean wanted() {
    return doom != null || passage.migration().latest().status().cancelRequested();
  }

  /** Asks for it while the hosts' answers are not final, where a client wants it. */
  void askInTrouble(HostsObservation observation, Moment now) {
    // Paused by the migration it may be switching over, and then nothing must be touched.
    boolean abortable =
        observation.sourceRuns()
            && observation.job().activity() == Activity.RUNNING
            && Objects.requireNonNull(passage.migration().latest().phase()).abortable();
    if (abortable && passage.migration().latest().status().cancelRequested()) {
      ask(now);
    }
  }

  /** Whether the job hangs, which was asked to end; see {@link UnheededAbort#hangs}. */
  boolean hangs(long bytesMoved, Moment now) {
    return unheeded.hangs(bytesMoved, now);
  }

  /** What an operator is told of a job that hangs. */
  Attention attention(HostsObservation observation) {
    return unheeded.attention(observation);
  }

  /** Asks for it, unless it was asked for right before. */
  void ask(Moment now) {
    if (now.within(BETWEEN_ABORTS, askedAt)) {
      return;
    }
    askedAt = now;
    unheeded.asked(now);
    // The copies end with the abort, and then nothing tells how far they came.
    if (!taken) {
      passage.images().markWritten(now);
    }
    try {
      passage.hosts().abort();
      log.atLevel(taken ? Level.DEBUG : Level.INFO).log("Asked libvirt to abort the job");
      taken = true;
    } catch (HostUnreachable | LibvirtFailure e) {
      log.warn("The abort was not taken; looking again: {}", e.getMessage());
    }
  }
}
