package dev.virtferry.migration.options;

import dev.virtferry.problem.Problem;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the domain: its name, its definitions, and whether it runs.
 *
 * @param destinationName the domain's name at the destination; null for the one it has ({@code
 *     VIR_MIGRATE_PARAM_DEST_NAME})
 * @param persist whether the destination keeps a definition ({@code VIR_MIGRATE_PERSIST_DEST});
 *     null for as it is at the source
 * @param undefineSource whether the source drops its definition ({@code
 *     VIR_MIGRATE_UNDEFINE_SOURCE}); null for yes where it has one and the destination keeps one
 * @param startPaused whether the guest stays paused at the destination ({@code VIR_MIGRATE_PAUSED})
 * @param abortOnIoError whether an I/O error of the guest ends the migration ({@code
 *     VIR_MIGRATE_ABORT_ON_ERROR})
 */
public record DomainOptions(
    @Nullable String destinationName,
    @Nullable Boolean persist,
    @Nullable Boolean undefineSource,
    boolean startPaused,
    boolean abortOnIoError)
    implements OptionGroup {

  /** As it is at the source. */
  public static final DomainOptions NONE = new DomainOptions(null, null, null, false, false);

  /** What a domain of that name is called at the destination. */
  public String nameAtDestination(String name) {
    return Objects.requireNonNullElse(destinationName, name);
  }

  DomainOptions withoutName() {
    return new DomainOptions(null, persist, undefineSource, startPaused, abortOnIoError);
  }

  /** The same with what depends on the domain decided. */
  DomainOptions decidedFor(boolean persistentAtSource) {
    return new DomainOptions(
        destinationName,
        kept(persistentAtSource),
        dropped(persistentAtSource),
        startPaused,
        abortOnIoError);
  }

  /** Whether the destination keeps a definition. */
  boolean kept(boolean persistentAtSource) {
    return persist == null ? persistentAtSource : persist;
  }

  /** Whether the source drops its definition. */
  boolean dropped(boolean persistentAtSource) {
    return undefineSource == null ? persistentAtSource && kept(persistentAtSource) : undefineSource;
  }

  @Override
  public List<Problem> excluded(MigrationOptions all) {
    return startPaused && all.memory().postCopy()
        ? List.of(
            MigrationOptions.refusal(
                "startPaused",
                "startPaused and postCopy exclude each other: in post-copy the guest runs before"
                    + " its memory is there; choose one."))
        : List.of();
  }
}
