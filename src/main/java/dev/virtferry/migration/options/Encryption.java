package dev.virtferry.migration.options;

import dev.virtferry.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether others can read what goes over the wire.
 *
 * @param tls whether QEMU encrypts memory and disks ({@code VIR_MIGRATE_TLS})
 * @param tlsDestination the name that the destination's certificate has ({@code
 *     VIR_MIGRATE_PARAM_TLS_DESTINATION}); null for its host name
 */
public record Encryption(boolean tls, @Nullable String tlsDestination) implements OptionGroup {

  /** In clear. */
  public static final Encryption NONE = new Encryption(false, null);

  @Override
  public List<Problem> incomplete(MigrationOptions all) {
    return tlsDestination == null || tls
        ? List.of()
        : List.of(
            MigrationOptions.refusal(
                "tlsDestination", "It needs options.tls; add it, or leave it out."));
  }
}
