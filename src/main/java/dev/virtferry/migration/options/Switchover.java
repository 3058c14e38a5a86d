package dev.virtferry.migration.options;

import dev.virtferry.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How and when the guest changes hosts.
 *
 * @param guardedSwitchover whether the guest arrives paused and is let run only after the source is
 *     seen to have let go of it ({@code VIR_MIGRATE_PAUSED})
 * @param timeout null for no deadline
 */
public record Switchover(boolean guardedSwitchover, @Nullable Timeout timeout)
    implements OptionGroup {

  /** Libvirt's own, whenever it comes. */
  public static final Switchover NONE = new Switchover(false, null);

  @Override
  public List<Problem> excluded(MigrationOptions all) {
    return guardedSwitchover && all.memory().postCopy()
        ? List.of(
            MigrationOptions.refusal(
                "guardedSwitchover",
                "guardedSwitchover and postCopy exclude each other: a guest can't both arrive"
                    + " paused and go on before its memory is there; choose one."))
        : List.of();
  }

  @Override
  public List<Problem> incomplete(MigrationOptions all) {
    return timeout != null && timeout.action() == LimitAction.POST_COPY && !all.memory().postCopy()
        ? List.of(
            MigrationOptions.refusal(
                "timeout/action",
                "POST_COPY needs options.postCopy; add it, or choose CANCEL or SUSPEND."))
        : List.of();
  }
}
