package dev.virtferry.disk;

import org.jspecify.annotations.Nullable;

/**
 * Where a caller wants a copied disk to go.
 *
 * @param pool of the destination
 * @param name of the volume; null keeps the name that it has on the source
 */
public record VolumeWish(String pool, @Nullable String name) {}
