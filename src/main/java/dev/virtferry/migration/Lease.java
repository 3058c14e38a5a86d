package dev.virtferry.migration;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The right to carry one migration. The epoch fences: once another run has taken the migration,
 * everything written under an older lease is refused with {@link LeaseLost}.
 *
 * @param trace where the run's spans belong, see {@link dev.virtferry.trace.Traces#here()}; null
 *     when nothing traced the request
 */
public record Lease(UUID migration, int epoch, @Nullable String trace) {}
