package dev.virtferry.migration.run;

import static java.util.stream.Collectors.toSet;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.truth.HostReading;
import dev.virtferry.migration.truth.HostsObservation;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The images at the source, from libvirt's call until one run is done with them. As long as the
 * source has the guest, its QEMU tells which files they are; once it let go of it nobody has a
 * reason to touch them, so that whatever changes them makes them others.
 */
final class WatchedOriginals {

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  /** A look takes half of it at most, also while a host is silent. */
  private static final Duration UNWATCHED = Duration.ofSeconds(10);

  private final QemuImages qemu;
  private final Supplier<Map<String, StorageVolume>> shown;
  private final Map<String, Moment> seenAt = new HashMap<>();
  private final Map<String, VolumeMark> atRest = new HashMap<>();
  private Moment askedAt = Moment.LONG_AGO;

  /**
   * Nothing is known yet.
   *
   * @param qemu which files QEMU has open
   * @param shown what the images' paths show at the source, by disk target
   */
  WatchedOriginals(QemuImages qemu, Supplier<Map<String, StorageVolume>> shown) {
    this.qemu = qemu;
    this.shown = shown;
  }

  /** Compares them with those that QEMU has open; a short migration is not seen while it runs. */
  void compare(Moment now) {
    qemu.lookAtOriginals();
    for (String target : qemu.originals().told()) {
      seenAt.put(target, now);
    }
  }

  /** Does what a look at both hosts allows; where QEMU may not answer it is not asked. */
  void watch(HostsObservation observation, Moment now) {
    if (!(observation.source() instanceof HostReading.Seen(DomainCondition condition))) {
      return;
    }
    if (!condition.state().active()) {
      rest(now);
    } else if (answers(observation.job().activity()) && !now.within(BETWEEN_LOOKS, askedAt)) {
      askedAt = now;
      atRest.clear();
      compare(now);
    }
  }

  private static boolean answers(Activity activity) {
    return switch (activity) {
      case NONE, RUNNING -> true;
      case FAILED, UNKNOWN -> false;
    };
  }

  /** The first such look at each counts, and only soon after QEMU told of it. */
  private void rest(Moment now) {
    Set<String> left =
        seenAt.keySet().stream().filter(target -> isToRest(target, now)).collect(toSet());
    Map<String, StorageVolume> there = left.isEmpty() ? Map.of() : shown.get();
    there.forEach((target, volume) -> {
      if (left.contains(target) && qemu.originals().isKnown(target, volume)) {
        atRest.put(target, VolumeMark.of(volume));
      }
    });
  }

  private boolean isToRest(String target, Moment now) {
    return !atRest.containsKey(target)
        && now.atMostSince(seenAt.getOrDefault(target, Moment.LONG_AGO)).compareTo(UNWATCHED) <= 0;
  }

  /**
   * Whether the volume that has the path now is the image that the guest left, as the guest left
   * it. A run that did not see it being left knows nothing.
   */
  boolean isKnown(String target, StorageVolume now) {
    @Nullable VolumeMark last = atRest.get(target);
    return last != null && last.isSameFile(now);
  }
}
