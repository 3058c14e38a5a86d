package dev.virtferry.migration.run;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How fast the copy of a disk came along, as the source told.
 *
 * @param begun when it told first
 * @param told when it told last
 * @param doneBytes what was copied by then
 * @param limitMiBps the most that the copy was given, in MiB/s; 0 for no limit
 */
record CopyPace(Moment begun, Moment told, long doneBytes, long limitMiBps) {

  /** A pace that was watched for less may be any. */
  private static final Duration LEAST_WATCHED = Duration.ofSeconds(2);

  /** A job goes on for a moment after it was seen last. */
  private static final Duration UNSEEN = Duration.ofMillis(500);

  /** libvirt has a number for that, too, above all that a copy takes. */
  private static final long NO_LIMIT = 1 << 20;

  static CopyPace of(BlockJob first, Moment now) {
    return new CopyPace(now, now, first.doneBytes(), limit(first));
  }

  CopyPace then(BlockJob copy, Moment now) {
    boolean limited = limitMiBps > 0 && limit(copy) > 0;
    return new CopyPace(
        begun,
        now,
        Math.max(copy.doneBytes(), doneBytes),
        limited ? Math.max(limitMiBps, limit(copy)) : 0);
  }

  private static long limit(BlockJob copy) {
    return copy.bandwidthMiBps() < NO_LIMIT ? copy.bandwidthMiBps() : 0;
  }

  /**
   * The most bytes that were copied by a moment: what its limit lets pass, or twice the pace so
   * far; empty where it may be any.
   */
  OptionalLong mostBy(Moment at) {
    long unseen = at.atMostSince(told).plus(UNSEEN).toMillis();
    if (limitMiBps > 0) {
      return OptionalLong.of(doneBytes + (limitMiBps << 20) * unseen / 1000);
    }
    long watched = told.since(begun).toMillis();
    return watched < LEAST_WATCHED.toMillis()
        ? OptionalLong.empty()
        : OptionalLong.of(doneBytes + (long) (2.0 * unseen / watched * doneBytes));
  }
}
