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
 * @param sliceEnd where in its file the image ends, in bytes, if that is a part of the file alone
 *     ({@code <slices>}); 0 for an image that is the whole of it
 */
public record DiskImage(
    SourceType type, String location, String format, @Nullable DiskImage backing, long sliceEnd) {

  /** One that is the whole of its file. */
  public DiskImage(SourceType type, String location, String format, @Nullable DiskImage backing) {
    this(type, location, format, backing, 0);
  }

  /** Whether it is a part of its file alone. */
  public boolean isSlice() {
    return sliceEnd > 0;
  }

  /** The same for it or any image beneath. */
  public boolean hasSlices() {
    return isSlice() || chain().stream().anyMatch(DiskImage::isSlice);
  }

  /** The images beneath this one, the nearest first. */
  public List<DiskImage> chain() {
    List<DiskImage> chain = new ArrayList<>();
    for (DiskImage image = backing; image != null; image = image.backing()) {
      chain.add(image);
    }
    return chain;
  }
}
