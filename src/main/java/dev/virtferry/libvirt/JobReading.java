package dev.virtferry.libvirt;

/**
 * What the source's daemon says of its job ({@code virDomainGetJobStats}). Sizes in bytes, rates in
 * bytes a second, times in milliseconds; 0 where libvirt did not tell.
 *
 * @param activity whether a job runs
 * @param memory the memory stream; its total is 0 while only storage is copied
 * @param expectedDowntimeMillis the pause QEMU foresees for the switchover; 0 when unknown
 */
public record JobReading(Activity activity, Memory memory, long expectedDowntimeMillis) {

  /** Whether a job runs ({@code virDomainJobType}). */
  public enum Activity {
    /** {@code NONE} or over. */
    NONE,
    /** {@code BOUNDED} or {@code UNBOUNDED}. */
    RUNNING,
    /** {@code FAILED}: it broke, and its cleaning up has not ended. */
    FAILED,
    /** The daemon did not answer in time; nothing is known. */
    UNKNOWN
  }

  /** The memory stream. */
  public record Memory(
      long totalBytes,
      long processedBytes,
      long remainingBytes,
      long iteration,
      long dirtyBytesPerSecond,
      long bytesPerSecond) {

    public static final Memory NOTHING = new Memory(0, 0, 0, 0, 0, 0);

    /** How long the rest would take at the present rate, in milliseconds. */
    public long remainingMillis() {
      if (remainingBytes == 0) {
        return 0;
      }
      return bytesPerSecond == 0
          ? Long.MAX_VALUE
          : Math.round(remainingBytes * 1000.0 / bytesPerSecond);
    }
  }

  public static JobReading without(Activity activity) {
    return new JobReading(activity, Memory.NOTHING, 0);
  }
}
