package dev.virtferry.migration;

import dev.virtferry.disk.VolumePlan;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A volume at the destination that did not exist before and is ours. Written down before it is
 * made, so that no crash can make it forgotten; nothing that is not written down is ever deleted.
 *
 * @param target the disk target that is copied into it
 * @param reason why it was left; null unless it was
 */
public record MadeVolume(
    String target, String pool, String name, String path, Fate state, @Nullable String reason) {

  /** What became of it. */
  public enum Fate {
    /** Written down; not known to exist. */
    PLANNED,
    /** Made by us; the migration copies into it. */
    MADE,
    /** The guest uses it. */
    KEPT,
    /** The migration did not succeed, and it was deleted. */
    DELETED,
    /** It may be there still, and a person has to decide; see the reason. */
    LEFT
  }

  static MadeVolume planned(VolumePlan plan) {
    return new MadeVolume(
        plan.target(),
        Objects.requireNonNull(plan.pool()),
        Objects.requireNonNull(plan.name()),
        plan.path(),
        Fate.PLANNED,
        null);
  }

  MadeVolume now(Fate fate) {
    return new MadeVolume(target, pool, name, path, fate, null);
  }

  MadeVolume left(String why) {
    return new MadeVolume(target, pool, name, path, Fate.LEFT, why);
  }
}
