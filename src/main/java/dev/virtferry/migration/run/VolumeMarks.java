package dev.virtferry.migration.run;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.VolumeRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** By what one run knows the volumes again that its migration made; by disk target. */
final class VolumeMarks {

  private final Map<String, Long> bytes;
  private final Map<String, VolumeMark> written = new HashMap<>();
  private final Map<String, VolumeMark> atRest = new HashMap<>();
  private final Set<String> replaced = new LinkedHashSet<>();
  private final Set<String> lost = new HashSet<>();

  /**
   * Of what one run makes.
   *
   * @param bytes what each volume is to have once it is made; by disk target
   */
  VolumeMarks(Map<String, Long> bytes) {
    this.bytes = Map.copyOf(bytes);
  }

  /** The service ended before it saw it with its own size. */
  private boolean isTrimmed(VolumeRecord volume, VolumeMark before, StorageVolume now) {
    @Nullable Long born = volume.bornBytes();
    @Nullable Long asked = bytes.get(volume.target());
    return born != null
        && asked != null
        && before.capacityBytes() >= born
        && now.hasBeenGiven(asked)
        && before.mayBeTrimmedTo(now);
  }

  /** It is being written. One that is not known again already stays unknown. */
  void written(VolumeRecord volume, StorageVolume now) {
    if (know(volume, now, false)) {
      written.put(volume.target(), VolumeMark.of(now));
    } else if (isAnother(last(volume), now)) {
      replaced.add(volume.path());
    }
  }

  /** The same of an image that was there before. */
  void written(VolumePlan plan, StorageVolume now) {
    @Nullable VolumeMark last = written.getOrDefault(plan.target(), plan.mark());
    if (last == null || lost.contains(plan.target())) {
      return;
    }
    if (last.mayHaveBecome(now)) {
      written.put(plan.target(), VolumeMark.of(now));
    } else {
      lost.add(plan.target());
      if (last.isCertainlyNot(now)) {
        replaced.add(plan.path());
      }
    }
  }

  /** Whether an image that was there before is the one that this run saw being copied into. */
  boolean know(VolumePlan plan, StorageVolume now) {
    @Nullable VolumeMark last = written.get(plan.target());
    return last != null && !lost.contains(plan.target()) && last.mayHaveBecome(now);
  }

  /** How one looked last while it was copied into; null where nobody looked. */
  @Nullable VolumeMark written(String target) {
    return written.get(target);
  }

  /** The path of one that was seen to be of another format or size than was made. */
  Optional<String> replaced() {
    return replaced.stream().findFirst();
  }

  private static boolean isAnother(@Nullable VolumeMark last, StorageVolume now) {
    return last != null && last.isCertainlyNot(now);
  }

  private @Nullable VolumeMark last(VolumeRecord volume) {
    return written.getOrDefault(volume.target(), volume.mark());
  }

  /** Nobody writes it any more; the first such look counts. */
  void atRest(VolumeRecord volume, StorageVolume now) {
    if (know(volume, now, false)) {
      atRest.putIfAbsent(volume.target(), VolumeMark.of(now));
    }
  }

  /**
   * Whether the volume that has the name now is the one that was made.
   *
   * @param untouched whether libvirt was not called yet, so that nobody had a reason to write it
   */
  boolean know(VolumeRecord volume, StorageVolume now, boolean untouched) {
    @Nullable VolumeMark last = atRest.get(volume.target());
    if (last != null) {
      return last.isStill(now);
    }
    @Nullable VolumeMark before = last(volume);
    if (before == null) {
      @Nullable Long born = volume.bornBytes();
      return born == null || now.hasBeenGiven(born);
    }
    return untouched
        ? before.isUntouched(now) || isTrimmed(volume, before, now)
        : before.mayHaveBecome(now);
  }
}
