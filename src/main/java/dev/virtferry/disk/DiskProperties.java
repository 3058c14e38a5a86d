package dev.virtferry.disk;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is known of storage.
 *
 * @param sharedPaths path prefixes that every host sees alike, such as an NFS mount or a cluster
 *     file system
 */
@ConfigurationProperties("ferry")
public record DiskProperties(@DefaultValue List<String> sharedPaths) {}
