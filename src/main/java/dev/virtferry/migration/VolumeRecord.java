package dev.virtferry.migration;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A volume that this migration made, or was asked to delete. What is made is written down before,
 * so that no crash can make it forgotten; nothing that is not written down as made is deleted after
 * a failure.
 *
 * @param host where it is
 * @param target the disk target that is copied into it or from it
 * @param bornBytes the capacity that it is made with, which tells it from everybody else's volume
 *     of that name until it is known as made; null where nothing is made
 * @param reason why it was left; null unless it was
 * @param mark by what it was known when it was made; null before, and for what was not made
 */
public record VolumeRecord(
    String host,
    String target,
    String pool,
    String name,
    String path,
    @Nullable Long bornBytes,
    Fate state,
    @Nullable String reason,
    @Nullable VolumeMark mark) {

  /** What became of it. */
  public enum Fate {
    /** Written down; not known to exist. */
    PLANNED,
    /** Made by us; the migration copies into it. */
    MADE,
    /** The guest uses it, or it was to be kept. */
    KEPT,
    /** It was deleted: made for nothing, or not wanted at the source any more. */
    DELETED,
    /** It may be there still, and a person has to decide; see the reason. */
    LEFT
  }

  public static VolumeRecord planned(VolumePlan plan, String host) {
    VolumeSpec volume = Objects.requireNonNull(plan.volume());
    return new VolumeRecord(
        host,
        plan.target(),
        volume.pool(),
        volume.name(),
        plan.path(),
        bornBytes(volume.capacityBytes()),
        Fate.PLANNED,
        null,
        null);
  }

  /** Up to 512 MiB more than it is to have, in whole KiB as qcow2 images are made. */
  private static long bornBytes(long capacityBytes) {
    long wholeKib = Math.ceilDiv(capacityBytes, 1024) * 1024;
    return wholeKib + 1024 * ThreadLocalRandom.current().nextLong(1, 1 << 19);
  }

  /** The image that a disk was copied from. */
  public static VolumeRecord of(String target, Original original, String host) {
    return new VolumeRecord(
        host,
        target,
        original.pool(),
        original.name(),
        original.path(),
        null,
        Fate.KEPT,
        null,
        null);
  }

  public VolumeRecord now(Fate fate) {
    return new VolumeRecord(host, target, pool, name, path, bornBytes, fate, null, mark);
  }

  public VolumeRecord left(String why) {
    return new VolumeRecord(host, target, pool, name, path, bornBytes, Fate.LEFT, why, mark);
  }

  public VolumeRecord marked(VolumeMark known) {
    return new VolumeRecord(host, target, pool, name, path, bornBytes, state, reason, known);
  }

  /** Left, where it was not said yet what becomes of it. */
  public VolumeRecord unlessSettled(String why) {
    return settled() ? this : left(why);
  }

  /** Whether it was said what becomes of it. */
  public boolean settled() {
    return state != Fate.PLANNED && state != Fate.MADE;
  }

  public boolean same(VolumeRecord other) {
    return host.equals(other.host) && target.equals(other.target);
  }
}
