package dev.virtferry.migration;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.StorageVolume;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * By what one run knows that the files with the names of a guest's images are those that QEMU has
 * open on a host; by disk target. Whoever puts another file in the place of one changes what its
 * path shows, and not what QEMU reads and writes.
 */
final class OpenImages {

  private final Map<String, VolumeMark> open = new HashMap<>();
  private final Set<String> replaced = new HashSet<>();

  /**
   * Compares what the paths show with what QEMU's files took right before and after, in bytes.
   *
   * @return whether none differs; one that is being written may do so for a moment
   */
  boolean look(
      Map<String, StorageVolume> shown, Map<String, Long> before, Map<String, Long> after) {
    shown.forEach((target, volume) -> {
      @Nullable Long least = before.get(target);
      @Nullable Long most = after.get(target);
      // What takes no room of its own on a file system has no size that QEMU would tell.
      if (least != null && most != null && !volume.path().startsWith("/dev/")) {
        compare(target, volume, Math.min(least, most), Math.max(least, most));
      }
    });
    return shown.keySet().stream().noneMatch(replaced::contains);
  }

  private void compare(String target, StorageVolume shown, long least, long most) {
    if (least <= shown.allocationBytes() && shown.allocationBytes() <= most) {
      open.put(target, VolumeMark.of(shown));
      replaced.remove(target);
    } else {
      replaced.add(target);
    }
  }

  /** Whether QEMU was last seen to have another file open than the one with the image's name. */
  boolean isReplaced(String target) {
    return replaced.contains(target);
  }

  /** Whether the volume that has the path now is the one that was copied. */
  boolean know(VolumePlan plan, StorageVolume now) {
    @Nullable Original original = plan.original();
    @Nullable VolumeMark planned = original == null ? null : original.mark();
    @Nullable VolumeMark last = open.getOrDefault(plan.target(), planned);
    return !isReplaced(plan.target()) && (last == null || last.mayBe(now));
  }
}
