package dev.virtferry.libvirt;

/**
 * The copy of one disk as QEMU reports it ({@code virDomainGetBlockJobInfo}).
 *
 * @param doneBytes copied so far
 * @param totalBytes to be copied; grows when the guest writes
 * @param bandwidthMiBps the most that it may take, in MiB/s; 0 for no limit
 */
public record BlockJob(long doneBytes, long totalBytes, long bandwidthMiBps) {

  /**
   * Whether the copy equals the disk, and is kept so. libvirt tells one byte less for as long as
   * QEMU does not say so; a job without a size has only just begun.
   */
  public boolean ready() {
    return totalBytes > 0 && doneBytes >= totalBytes;
  }
}
