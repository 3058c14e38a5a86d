package dev.virtferry.migration;

import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A volume that this migration made, or was asked to delete. What is made is written down before,
 * so that no crash can make it forgotten; nothing that is not written down as made is deleted after
 * a failure.
 *
 * @param host where it is
 * @param target the disk target that is copied into it or from it
 * @param reason why it was left; null unless it was
 */
public record VolumeRecord(
    String host,
    String target,
    String pool,
    String name,
    String path,
    Fate state,
    @Nullable String reason) {

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

  static VolumeRecord planned(VolumePlan plan, String host) {
    VolumeSpec volume = Objects.requireNonNull(plan.volume());
    return new VolumeRecord(
        host, plan.target(), volume.pool(), volume.name(), plan.path(), Fate.PLANNED, null);
  }

  /** The image that a disk was copied from. */
  static VolumeRecord of(String target, Original original, String host) {
    return new VolumeRecord(
        host, target, original.pool(), original.name(), original.path(), Fate.KEPT, null);
  }

  VolumeRecord now(Fate fate) {
    return new VolumeRecord(host, target, pool, name, path, fate, null);
  }

  VolumeRecord left(String why) {
    return new VolumeRecord(host, target, pool, name, path, Fate.LEFT, why);
  }

  /** Left, where it was not said yet what becomes of it. */
  VolumeRecord unlessSettled(String why) {
    return state == Fate.PLANNED || state == Fate.MADE ? left(why) : this;
  }

  boolean same(VolumeRecord other) {
    return host.equals(other.host) && target.equals(other.target);
  }
}
