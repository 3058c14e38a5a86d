package dev.virtferry.migration;

import java.util.UUID;

/** What two hosts call themselves ({@code host_uuid}), whatever the inventory calls them. */
public record HostIdentities(UUID source, UUID destination) {}
