package dev.virtferry.migration.options;

import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How memory is copied.
 *
 * @param autoConverge null for a guest that is not slowed down
 * @param postCopy whether the job may be switched to post-copy ({@code VIR_MIGRATE_POSTCOPY})
 * @param parallelConnections how many connections carry the memory ({@code VIR_MIGRATE_PARALLEL});
 *     null for one
 * @param compression null for none
 * @param zeroCopy whether memory is sent without being copied on the source ({@code
 *     VIR_MIGRATE_ZEROCOPY})
 */
public record MemoryOptions(
    @Nullable AutoConverge autoConverge,
    boolean postCopy,
    @Nullable Integer parallelConnections,
    @Nullable Compression compression,
    boolean zeroCopy)
    implements OptionGroup {

  /** In one stream, as it is. */
  public static final MemoryOptions NONE = new MemoryOptions(null, false, null, null, false);

  /**
   * A guest that outruns its copy is slowed down more and more ({@code VIR_MIGRATE_AUTO_CONVERGE}).
   *
   * @param initial how much at first, in percent; null for QEMU's default
   * @param increment how much more each time, in percent; null for QEMU's default
   */
  public record AutoConverge(@Nullable Integer initial, @Nullable Integer increment) {

    /** QEMU's defaults. */
    public static final AutoConverge NONE = new AutoConverge(null, null);
  }

  @Override
  public List<Problem> excluded(MigrationOptions all) {
    List<Problem> found = new ArrayList<>();
    if (zeroCopy && compression != null) {
      found.add(withoutZeroCopy("compression", "compressed"));
    }
    if (zeroCopy && all.encryption().tls()) {
      found.add(withoutZeroCopy("tls", "encrypted"));
    }
    return found;
  }

  private static Problem withoutZeroCopy(String other, String whatIs) {
    return MigrationOptions.refusal(
        "zeroCopy",
        "zeroCopy and %s exclude each other: what is %s is copied; choose one."
            .formatted(other, whatIs));
  }

  @Override
  public List<Problem> incomplete(MigrationOptions all) {
    List<Problem> found = new ArrayList<>();
    if (zeroCopy && parallelConnections == null) {
      found.add(
          MigrationOptions.refusal(
              "zeroCopy", "It needs options.parallelConnections; add it, or leave it out."));
    }
    if (compression != null) {
      found.addAll(compression.problems(parallelConnections != null));
    }
    return found;
  }
}
