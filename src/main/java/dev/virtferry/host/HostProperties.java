package dev.virtferry.host;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The hosts that migrations go from and to.
 *
 * @param hosts the inventory
 * @param transports the transports allowed in a {@code peer-uri}; tcp is neither encrypted nor
 *     authenticated and only for networks that are both
 */
@Validated
@ConfigurationProperties("ferry")
public record HostProperties(
    @DefaultValue List<@Valid Row> hosts,
    @DefaultValue("tls") List<@Pattern(regexp = "tls|tcp") String> transports) {

  /**
   * A host as it is configured.
   *
   * @param name how the API names it
   * @param uri how virt-ferry reaches it; may carry what libvirt allows
   * @param peerUri what a source daemon dials and callers name; the uri when absent
   * @param migrateUri where the memory stream goes, such as {@code tcp://10.0.0.1}
   * @param disksUri where the storage stream goes
   */
  public record Row(
      @NotBlank String name,
      @NotBlank String uri,
      @Nullable String peerUri,
      @Nullable String migrateUri,
      @Nullable String disksUri) {

    Host host() {
      return new Host(name, uri, peerUri == null ? uri : peerUri, migrateUri, disksUri);
    }
  }
}
