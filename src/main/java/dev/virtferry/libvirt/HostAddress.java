package dev.virtferry.libvirt;

/**
 * How a host is reached.
 *
 * @param name the name that people and logs use
 * @param uri the libvirt connection URI
 */
public record HostAddress(String name, String uri) {}
