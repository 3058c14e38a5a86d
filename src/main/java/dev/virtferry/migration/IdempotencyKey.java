package dev.virtferry.migration;

/**
 * What makes a repeated submission recognisable.
 *
 * @param caller whose key it is
 * @param key as the client chose it
 * @param fingerprint of the request that came with it
 */
public record IdempotencyKey(String caller, String key, String fingerprint) {}
