package dev.virtferry.migration.run;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.libvirt.StorageVolume;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * By what one run knows that the files with the names of a guest's images are those that QEMU has
 * open on a host; by disk target. Whoever puts another file in the place of one changes what its
 * path shows, and not what QEMU reads and writes.
 */
final class OpenImages {

  private final Function<String, @Nullable VolumeMark> before;
  private final Map<String, VolumeMark> open = new HashMap<>();
  private final Set<String> replaced = new HashSet<>();
  private boolean asked;

  /**
   * Nothing is known yet.
   *
   * @param before by what an image was known before QEMU was asked
   */
  OpenImages(Function<String, @Nullable VolumeMark> before) {
    this.before = before;
  }

  /** QEMU is asked; it may tell nothing. */
  void ask() {
    asked = true;
  }

  /**
   * Compares what the paths show with what QEMU's files took right before and after, in bytes.
   *
   * @return whether none differs; one that is being written may do so for a moment
   */
  boolean look(Map<String, StorageVolume> shown, Map<String, Long> least, Map<String, Long> most) {
    shown.forEach((target, volume) -> {
      @Nullable Long one = least.get(target);
      @Nullable Long other = most.get(target);
      // What takes no room of its own on a file system has no size that QEMU would tell.
      if (one != null && other != null && !volume.path().startsWith("/dev/")) {
        compare(target, volume, Math.min(one, other), Math.max(one, other));
      }
    });
    return shown.keySet().stream().noneMatch(replaced::contains);
  }

  private void compare(String target, StorageVolume shown, long least, long most) {
    if (isWithin(shown.allocationBytes(), least, most) || isHollow(target, shown, least, most)) {
      open.put(target, VolumeMark.of(shown));
      replaced.remove(target);
    } else {
      replaced.add(target);
    }
  }

  private static boolean isWithin(long bytes, long least, long most) {
    return least <= bytes && bytes <= most;
  }

  /** Of a file that takes nothing libvirt tells how long it is. */
  private boolean isHollow(String target, StorageVolume shown, long least, long most) {
    @Nullable VolumeMark last = last(target);
    return shown.allocationBytes() == 0
        && isWithin(shown.fileBytes(), least, most)
        && (last == null || last.allocationBytes() == 0);
  }

  private @Nullable VolumeMark last(String target) {
    @Nullable VolumeMark seen = open.get(target);
    return seen == null ? before.apply(target) : seen;
  }

  /** Whether QEMU was last seen to have another file open than the one with the image's name. */
  boolean isReplaced(String target) {
    return replaced.contains(target);
  }

  /**
   * Whether the volume that has the path now is the image, as far as that can be told. A run that
   * never asked QEMU knows nothing.
   */
  boolean isKnown(String target, StorageVolume now) {
    @Nullable VolumeMark last = last(target);
    return asked && !isReplaced(target) && (last == null || last.mayBe(now));
  }
}
