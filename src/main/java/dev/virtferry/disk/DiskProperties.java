package dev.virtferry.disk;

import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What is known of storage.
 *
 * @param sharedPaths path prefixes that every host sees alike, such as an NFS mount or a cluster
 *     file system
 */
@Validated
@ConfigurationProperties("ferry")
public record DiskProperties(
    @DefaultValue
        List<@Pattern(regexp = "/.*", message = "must be an absolute path") String> sharedPaths) {}
