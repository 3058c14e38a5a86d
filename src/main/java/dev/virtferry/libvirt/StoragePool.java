package dev.virtferry.libvirt;

import java.util.List;

/**
 * A storage pool of a host.
 *
 * @param type such as dir, fs, netfs or logical
 * @param path where its volumes are ({@code target/path})
 * @param devices what it is made of, as its definition names it ({@code source/device}): paths of
 *     block devices, or the name of an iSCSI target; empty where no device is named
 * @param availableBytes what is free in it, as it was when libvirt last read it
 */
public record StoragePool(
    String name,
    String type,
    String path,
    List<String> devices,
    long availableBytes,
    Standing standing) {

  /** What becomes of a question to it. */
  public enum Standing {
    ANSWERS,
    /** It hangs; the rest is what it told last. */
    SILENT,
    /** It is not active, so that its volumes are known to nobody. */
    STOPPED
  }

  public StoragePool {
    devices = List.copyOf(devices);
  }

  public StoragePool(String name, String type, String path, long availableBytes) {
    this(name, type, path, List.of(), availableBytes, Standing.ANSWERS);
  }

  public boolean answers() {
    return standing == Standing.ANSWERS;
  }

  public boolean isActive() {
    return standing != Standing.STOPPED;
  }

  /** Whether an image is in it: right in its folder, as pools do not look further, or by name. */
  public boolean holds(DiskImage image) {
    return switch (image.type()) {
      case FILE, BLOCK ->
          !path.isEmpty() && HostPath.of(path).equals(HostPath.of(image.location()).parent());
      case VOLUME -> image.location().startsWith(name + "/");
      case DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> false;
    };
  }

  /** The same while it hangs; one that is stopped tells all that there is. */
  public StoragePool silent() {
    return isActive() ? as(Standing.SILENT) : this;
  }

  public StoragePool stopped() {
    return as(Standing.STOPPED);
  }

  private StoragePool as(Standing now) {
    return new StoragePool(name, type, path, devices, availableBytes, now);
  }
}
