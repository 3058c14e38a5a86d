package dev.virtferry.migration.run;

import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How fast the copy of a disk came along, as the source told.
 *
 * @param begun when it told first
 * @param told when it told last
 * @param doneBytes what was copied by then
 */
record CopyPace(Moment begun, Moment told, long doneBytes) {

  /** A pace that was watched for less may be any. */
  private static final Duration LEAST_WATCHED = Duration.ofSeconds(2);

  /** A job goes on for a moment after it was seen last. */
  private static final Duration UNSEEN = Duration.ofMillis(500);

  CopyPace then(long done, Moment now) {
    return new CopyPace(begun, now, Math.max(done, doneBytes));
  }

  /**
   * The most bytes that twice the pace so far has copied by a moment; empty where it may be any.
   */
  OptionalLong mostBy(Moment at) {
    Duration watched = told.since(begun);
    if (watched.compareTo(LEAST_WATCHED) < 0) {
      return OptionalLong.empty();
    }
    double share = (double) at.atMostSince(told).plus(UNSEEN).toMillis() / watched.toMillis();
    return OptionalLong.of(doneBytes + (long) (2 * share * doneBytes));
  }
}
