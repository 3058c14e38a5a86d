package dev.virtferry.migration;

import java.time.Instant;

/**
 * Why a migration is in trouble, for a person.
 *
 * @param since when that was first seen
 * @param reason what the hosts show
 * @param advice what an operator can do about it
 */
public record Attention(Instant since, String reason, String advice) {}
