package dev.virtferry.migration.run;

import dev.virtferry.migration.Attention;
import dev.virtferry.migration.DomainLocation;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.migration.truth.TruthTable;
import dev.virtferry.migration.truth.Verdict;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what is not as it should be, once both hosts have shown it for long enough. */
final class Settling {

  private static final Logger log = LoggerFactory.getLogger(Settling.class);

  private final LeasedMigration migration;
  private final Duration settle;
  private final Timepiece time;
  private @Nullable Verdict doubt;
  private Moment since = Moment.LONG_AGO;

  /**
   * Nothing is wrong yet.
   *
   * @param settle how long a verdict has to be the same
   */
  Settling(LeasedMigration migration, Duration settle, Timepiece time) {
    this.migration = migration;
    this.settle = settle;
    this.time = time;
  }

  /** Whether this verdict has been the same for long enough. */
  boolean lasts(Verdict verdict) {
    Moment now = time.now();
    if (!verdict.equals(doubt)) {
      doubt = verdict;
      since = now;
    }
    return !now.within(settle, since);
  }

  /** Since when the verdict is the one that it was last asked about. */
  Instant since() {
    return since.at();
  }

  /** All is well again; what comes next has to last anew. */
  void forget() {
    doubt = null;
  }

  void unsettled(Verdict.Unsettled it, HostsObservation observation) {
    if (lasts(it)) {
      Attention attention = attention(it.why(), it.advice(), observation);
      tell("not final", m -> m.recover(it.location(), attention));
    }
  }

  void contradiction(Verdict.Contradiction it, HostsObservation observation) {
    contradiction(it, observation, observation.said());
  }

  /** The same, with what libvirt said to it; null for nothing. */
  void contradiction(
      Verdict.Contradiction it, HostsObservation observation, @Nullable String said) {
    if (lasts(it)) {
      Attention attention = attention(it.why(), it.advice(), observation).saying(said);
      tell("needs a person", m -> m.needAttention(it.location(), attention));
    }
  }

  void impossible(Verdict.Impossible it, HostsObservation observation) {
    contradiction(new Verdict.Contradiction(it.location(), it.why(), TruthTable.LOOK), observation);
  }

  void forked(Verdict.Forked it, HostsObservation observation) {
    if (lasts(it)) {
      Attention attention = attention(it.why(), it.advice(), observation);
      tell("both hosts may have run the guest", m -> m.fork(it.location(), attention));
    }
  }

  /** One that was asked to go on does not wait for a person any more. */
  void linkLost(
      Verdict.PostCopyLost it, HostsObservation observation, PostCopyRecovery resumption) {
    if (!lasts(it)) {
      return;
    }
    Attention attention =
        attention(it.why() + resumption.progress(), resumption.advice(), observation)
            .saying(resumption.said());
    if (migration.latest().status().resumptionRequested()) {
      tell("asked to go on", m -> m.recover(DomainLocation.DESTINATION, attention));
    } else {
      tell("needs a person", m -> m.needAttention(DomainLocation.DESTINATION, attention));
    }
  }

  private Attention attention(String why, String advice, HostsObservation observation) {
    return new Attention(since.at(), why + " " + observation.words(), advice, observation.silence())
        .saying(observation.said());
  }

  /** Applies a verb that says why, and says it in the log where that is new. */
  void tell(String cause, UnaryOperator<Migration> verb) {
    int before = migration.latest().version();
    Migration told = migration.change(cause, verb);
    if (told.version() != before) {
      Attention why = Objects.requireNonNull(told.attention());
      String said = why.words() == null ? "" : " " + why.words();
      log.warn("{}: {}{}", told.state(), why.reason(), said);
    }
  }
}
