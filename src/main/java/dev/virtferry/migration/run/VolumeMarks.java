package dev.virtferry.migration.run;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.VolumeRecord;
import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * By what one run knows the volumes again that are copied into; by disk target. One that takes more
 * than was copied into it is not known any more.
 */
final class VolumeMarks {

  /** In which it was not seen being copied into; a daemon that starts anew takes less. */
  private static final Duration UNWATCHED = Duration.ofMinutes(1);

  /** Two looks. */
  private static final Duration LATELY = Duration.ofSeconds(4);

  private final Map<String, Long> bytes;
  private final Map<String, VolumeMark> written = new HashMap<>();
  private final Map<String, VolumeMark> atRest = new HashMap<>();
  private final Set<String> replaced = new LinkedHashSet<>();
  private final Set<String> lost = new HashSet<>();
  private final Map<String, CopyGrowth> growths = new HashMap<>();
  private final Map<String, Moment> seenAt = new HashMap<>();
  private final Map<String, CopyPace> paces = new HashMap<>();
  private Moment begun = Moment.LONG_AGO;

  /**
   * Of what one run makes.
   *
   * @param bytes what each volume is to have once it is made; by disk target
   */
  VolumeMarks(Map<String, Long> bytes) {
    this.bytes = Map.copyOf(bytes);
  }

  /** The run begins to watch. */
  void begin(Moment now) {
    begun = now;
  }

  /** What the source tells of the copies at a look, also where the destination tells nothing. */
  void copying(Map<String, BlockJob> jobs, Moment now) {
    jobs.forEach((target, job) -> {
      if (job.totalBytes() > 0) {
        paces.merge(target, CopyPace.of(job, now), (before, _) -> before.then(job, now));
      }
    });
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

  /**
   * It is being written. One that is not known again already stays unknown.
   *
   * @param copy how far its copy was after that; null where that is not told
   */
  void written(VolumeRecord volume, StorageVolume now, @Nullable BlockJob copy, Moment at) {
    @Nullable VolumeMark last = last(volume);
    if (!lost.contains(volume.target()) && isLike(volume, now)) {
      grown(volume.target(), last, now, copy, at);
    } else if (last != null && last.isCertainlyNot(now)) {
      replaced.add(volume.path());
    }
  }

  /** The same of an image that was there before. */
  void written(VolumePlan plan, StorageVolume now, @Nullable BlockJob copy, Moment at) {
    @Nullable VolumeMark last = written.getOrDefault(plan.target(), plan.mark());
    if (last == null || lost.contains(plan.target())) {
      return;
    }
    if (last.mayHaveBecome(now)) {
      grown(plan.target(), last, now, copy, at);
    } else {
      lost.add(plan.target());
      if (last.isCertainlyNot(now)) {
        replaced.add(plan.path());
      }
    }
  }

  /** Marks it anew, unless it takes more than was copied. */
  private void grown(
      String target,
      @Nullable VolumeMark last,
      StorageVolume now,
      @Nullable BlockJob copy,
      Moment at) {
    switch (growth(target, last, now).look(now, copy)) {
      case FITS -> {
        written.put(target, VolumeMark.of(now));
        seenAt.put(target, at);
      }
      case UNTOLD -> {}
      case TOO_MUCH -> lost.add(target);
    }
  }

  private CopyGrowth growth(String target, @Nullable VolumeMark last, StorageVolume now) {
    long before = last == null ? now.allocationBytes() : last.allocationBytes();
    return growths.computeIfAbsent(target, _ -> new CopyGrowth(before));
  }

  /** Whether what it took was held against the copy, if that was ever told. */
  private boolean isFollowed(String target) {
    @Nullable CopyGrowth growth = growths.get(target);
    return !lost.contains(target) && (growth == null || growth.isFollowed());
  }

  /** Whether an image that was there before is the one that this run saw being copied into. */
  boolean know(VolumePlan plan, StorageVolume now) {
    @Nullable VolumeMark resting = atRest.get(plan.target());
    if (resting != null) {
      return resting.isSameFile(now);
    }
    @Nullable VolumeMark last = written.get(plan.target());
    return last != null && isFollowed(plan.target()) && last.mayHaveBecome(now);
  }

  /** How one looked last while it was copied into; null where nobody looked. */
  @Nullable VolumeMark written(String target) {
    return written.get(target);
  }

  /** The path of one that was seen to be of another format or size than was made. */
  Optional<String> replaced() {
    return replaced.stream().findFirst();
  }

  private @Nullable VolumeMark last(VolumeRecord volume) {
    return written.getOrDefault(volume.target(), volume.mark());
  }

  /** Nobody writes it any more; the first such look counts, and only soon after it was written. */
  void atRest(VolumeRecord volume, StorageVolume now, Moment at) {
    loseUnlike(volume.target(), last(volume), now, at);
    if (know(volume, now, false)) {
      atRest.putIfAbsent(volume.target(), VolumeMark.of(now));
    }
  }

  /** The same of an image that was there before. */
  void atRest(VolumePlan plan, StorageVolume now, Moment at) {
    loseUnlike(plan.target(), written.getOrDefault(plan.target(), plan.mark()), now, at);
    if (know(plan, now)) {
      atRest.putIfAbsent(plan.target(), VolumeMark.of(now));
    }
  }

  private void loseUnlike(String target, @Nullable VolumeMark last, StorageVolume now, Moment at) {
    if (atRest.containsKey(target)) {
      return;
    }
    Moment seen = seenAt.getOrDefault(target, begun);
    Duration unseen = at.atMostSince(seen);
    boolean lately = unseen.compareTo(LATELY) <= 0;
    if (unseen.compareTo(UNWATCHED) > 0
        || growth(target, last, now).isTooMuch(now, paces.get(target), at, lately)) {
      lost.add(target);
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
    if (untouched && before != null) {
      return before.isUntouched(now) || isTrimmed(volume, before, now);
    }
    return isFollowed(volume.target()) && isLike(volume, now);
  }

  private boolean isLike(VolumeRecord volume, StorageVolume now) {
    @Nullable VolumeMark before = last(volume);
    @Nullable Long born = volume.bornBytes();
    return before == null ? born != null && now.hasBeenGiven(born) : before.mayHaveBecome(now);
  }
}
