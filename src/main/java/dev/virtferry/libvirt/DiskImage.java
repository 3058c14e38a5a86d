package dev.virtferry.libvirt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a disk, or beneath another image.
 *
 * @param type where its data is
 * @param location path, device or name
 * @param format such as raw or qcow2
 * @param backing the image beneath; null when there is none, or libvirt did not tell
 */
public record DiskImage(
    SourceType type, String location, String format, @Nullable DiskImage backing) {

  /** The images beneath this one, the nearest first. */
  public List<DiskImage> chain() {
    List<DiskImage> chain = new ArrayList<>();
    for (DiskImage image = backing; image != null; image = image.backing()) {
      chain.add(image);
    }
    return chain;
  }
}
