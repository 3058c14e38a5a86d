package dev.virtferry.libvirt;

import java.nio.file.Path;

/**
 * An active storage pool of a host.
 *
 * @param type such as dir, fs, netfs or logical
 * @param path where its volumes are ({@code target/path})
 * @param availableBytes what is free in it, as it was when libvirt last read it
 * @param answers whether it does now; if not, this is what it told last
 */
public record StoragePool(
    String name, String type, String path, long availableBytes, boolean answers) {

  public StoragePool(String name, String type, String path, long availableBytes) {
    this(name, type, path, availableBytes, true);
  }

  /** Whether an image is in it: right in its folder, as pools do not look further, or by name. */
  public boolean holds(DiskImage image) {
    return switch (image.type()) {
      case "file", "block" ->
          !path.isEmpty()
              && Path.of(path)
                  .normalize()
                  .equals(Path.of(image.location()).normalize().getParent());
      case "volume" -> image.location().startsWith(name + "/");
      default -> false;
    };
  }

  public StoragePool silent() {
    return new StoragePool(name, type, path, availableBytes, false);
  }
}
