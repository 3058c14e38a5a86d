package dev.virtferry.access;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who was identified.
 *
 * @param name unique over all ways of identification, such as {@code token:control-plane} or {@code
 *     jwt:alice}; in the audit, and whose keys and limits they are
 * @param role null when it is known and may do nothing
 */
public record Caller(String name, @Nullable Role role, Scope scope) {}
