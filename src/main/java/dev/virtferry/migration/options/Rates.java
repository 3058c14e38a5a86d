package dev.virtferry.migration.options;

import dev.virtferry.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast a migration goes, and how long its guest may stand still; null leaves the choice to
 * libvirt.
 *
 * @param bandwidthMiBps for each stream, in MiB/s ({@code VIR_MIGRATE_PARAM_BANDWIDTH})
 * @param bandwidthPostCopyMiBps for the memory in post-copy, in MiB/s ({@code
 *     VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY})
 * @param maxDowntimeMillis the longest pause to aim for, in milliseconds ({@code
 *     virDomainMigrateSetMaxDowntime})
 */
public record Rates(
    @Nullable Long bandwidthMiBps,
    @Nullable Long bandwidthPostCopyMiBps,
    @Nullable Long maxDowntimeMillis)
    implements OptionGroup {

  /** The choice is all libvirt's. */
  public static final Rates NONE = new Rates(null, null, null);

  Rates retuned(OptionsPatch wish) {
    return new Rates(
        wish.bandwidthMiBps() == null ? bandwidthMiBps : wish.bandwidthMiBps(),
        bandwidthPostCopyMiBps,
        wish.maxDowntimeMillis() == null ? maxDowntimeMillis : wish.maxDowntimeMillis());
  }

  @Override
  public List<Problem> incomplete(MigrationOptions all) {
    return bandwidthPostCopyMiBps == null || all.memory().postCopy()
        ? List.of()
        : List.of(
            MigrationOptions.refusal(
                "bandwidthPostCopyMiBps", "It needs options.postCopy; add it, or leave it out."));
  }
}
