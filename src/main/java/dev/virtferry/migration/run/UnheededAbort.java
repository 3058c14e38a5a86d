package dev.virtferry.migration.run;

import dev.virtferry.migration.Attention;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An abort that libvirt was asked for and may not carry out: where the storage of a host hangs, or
 * QEMU does, the job neither ends nor gets on, however often it is asked.
 */
final class UnheededAbort {

  /** libvirt ends a job that can end within seconds. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private @Nullable Moment since;
  private long bytesMoved;

  /**
   * Goes on with what an earlier run found.
   *
   * @param before why the migration is in trouble; null when it is not
   * @param bytesMoved by the job so far
   */
  UnheededAbort(@Nullable Attention before, long bytesMoved, Moment now) {
    this.since = before != null && before.jobHangs() ? now.earlier(before.since()) : null;
    this.bytesMoved = bytesMoved;
  }

  /** libvirt is asked; again, perhaps. */
  void asked(Moment now) {
    since = Objects.requireNonNullElse(since, now);
  }

  /**
   * Whether the job hangs at a look at which it still runs: it was to be aborted, and since then,
   * or since it last moved a byte, it had time enough.
   */
  boolean hangs(long moved, Moment now) {
    if (since == null) {
      bytesMoved = moved;
      return false;
    }
    if (moved != bytesMoved) {
      bytesMoved = moved;
      since = now;
    }
    return !now.within(PATIENCE, since);
  }

  /** What an operator is told. */
  Attention attention(HostsObservation observation) {
    return Attention.ofAHungJob(
        Objects.requireNonNull(since).at(),
        "libvirt was asked to abort the job, and it neither ends nor moves a byte. "
            + observation.words(),
        "The storage of a host hangs, or the guest's QEMU does: see there what it waits for and mend"
            + " that, such as a dead mount (umount -f). Then the job ends by itself; if it does not,"
            + " virsh domjobabort at the source, and at last a restart of the libvirtd there: the guest"
            + " goes on running. Others get the slots meanwhile.");
  }
}
