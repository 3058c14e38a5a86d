package dev.virtferry.migration;

/**
 * What became of the last change of bandwidth of a running job.
 *
 * @param bandwidthMiBps that was asked for, in MiB/s
 * @param detail a sentence
 */
public record Tuning(long bandwidthMiBps, Reach reach, String detail) {

  /** Which streams have the new bandwidth. */
  public enum Reach {
    /** The memory and each disk copy. */
    EVERY_STREAM,
    /** The memory; the disk copies go on as before. */
    MEMORY_ONLY
  }
}
