package dev.virtferry.notice;

import java.net.URI;
import java.util.UUID;

/**
 * What one delivery says; the same bytes at every attempt.
 *
 * @param body a CloudEvent in JSON
 */
public record Message(UUID id, UUID migration, URI url, String body) {}
