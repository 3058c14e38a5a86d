package dev.virtferry.libvirt;

import java.util.UUID;

/** A domain by both its names. */
public record DomainName(String name, UUID uuid) {}
