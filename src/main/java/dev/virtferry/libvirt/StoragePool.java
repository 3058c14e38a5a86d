package dev.virtferry.libvirt;

/**
 * An active storage pool of a host.
 *
 * @param type such as dir, fs, netfs or logical
 * @param path where its volumes are ({@code target/path})
 * @param availableBytes what is free in it
 */
public record StoragePool(String name, String type, String path, long availableBytes) {}
