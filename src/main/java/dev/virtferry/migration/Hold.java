package dev.virtferry.migration;

import java.util.UUID;

/**
 * The right to carry one migration. The epoch fences: once another run has taken the migration,
 * everything written under an older hold is refused with {@link HoldLost}.
 */
public record Hold(UUID migration, int epoch) {}
