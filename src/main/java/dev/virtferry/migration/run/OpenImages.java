package dev.virtferry.migration.run;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.libvirt.StorageVolume;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * By what one run knows that the files with the names of a guest's images are those that QEMU has
 * open on a host; by disk target. Whoever puts another file in the place of one changes what its
 * path shows, and not what QEMU reads and writes. What QEMU did not tell, or can't tell, is not
 * known.
 */
final class OpenImages {

  /** One answer may be missed, as QEMU is busy at times. */
  private static final int MISSED_AT_MOST = 1;

  private final Function<String, @Nullable VolumeMark> before;
  private final Predicate<String> mayBeEmpty;
  private final Map<String, VolumeMark> open = new HashMap<>();
  private final Set<String> replaced = new HashSet<>();
  private final Map<String, Integer> missed = new HashMap<>();

  /**
   * Nothing is known yet.
   *
   * @param before by what an image was known before QEMU was asked
   * @param mayBeEmpty whether an image that took nothing when it was seen last may take nothing
   *     still
   */
  OpenImages(Function<String, @Nullable VolumeMark> before, Predicate<String> mayBeEmpty) {
    this.before = before;
    this.mayBeEmpty = mayBeEmpty;
  }

  /** QEMU is asked for these; it may tell nothing. */
  void ask(Collection<String> targets) {
    targets.forEach(target -> missed.merge(target, 1, Integer::sum));
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
      // Of a device libvirt tells how long the one is that has the path.
      if (one != null && other != null && !volume.path().startsWith("/dev/")) {
        compare(target, volume, Math.min(one, other), Math.max(one, other));
      }
    });
    return shown.keySet().stream().noneMatch(replaced::contains);
  }

  private void compare(String target, StorageVolume shown, long least, long most) {
    @Nullable VolumeMark last = last(target);
    // Where QEMU's file takes nothing libvirt tells how long the file is that has the path.
    boolean perhapsItsLength = isWithin(shown.fileBytes(), least, most);
    boolean empty = last == null || last.allocationBytes() == 0;
    boolean agrees =
        shown.allocationBytes() == 0
            ? empty && perhapsItsLength
            : isWithin(shown.allocationBytes(), least, most);
    boolean tells =
        shown.allocationBytes() == 0 || !(empty && perhapsItsLength && mayBeEmpty.test(target));
    if (!agrees) {
      replaced.add(target);
    } else {
      replaced.remove(target);
      if (tells && last != null && last.mayBe(shown)) {
        open.put(target, VolumeMark.of(shown));
        missed.remove(target);
      } else {
        open.remove(target);
      }
    }
  }

  private static boolean isWithin(long bytes, long least, long most) {
    return least <= bytes && bytes <= most;
  }

  private @Nullable VolumeMark last(String target) {
    @Nullable VolumeMark seen = open.get(target);
    return seen == null ? before.apply(target) : seen;
  }

  /** The disks of which QEMU told when it was asked last. */
  Set<String> told() {
    Set<String> told = new HashSet<>(open.keySet());
    told.removeAll(missed.keySet());
    told.removeAll(replaced);
    return told;
  }

  /** Whether QEMU was last seen to have another file open than the one with the image's name. */
  boolean isReplaced(String target) {
    return replaced.contains(target);
  }

  /** Whether QEMU was seen to have the file open that has the image's name. */
  boolean isOpen(String target) {
    return open.containsKey(target)
        && !isReplaced(target)
        && missed.getOrDefault(target, 0) <= MISSED_AT_MOST;
  }

  /**
   * Whether the volume that has the path now is the image, as far as that can be told. A run to
   * which QEMU told nothing knows nothing.
   */
  boolean isKnown(String target, StorageVolume now) {
    @Nullable VolumeMark last = open.get(target);
    return last != null && isOpen(target) && last.mayBe(now);
  }
}
