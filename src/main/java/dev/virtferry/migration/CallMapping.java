package dev.virtferry.migration;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Maps an order onto the arguments of {@code virDomainMigrateToURI3}.
 *
 * <p>Each disk is one {@code migrate_disks} parameter, in the order's order. Without disks there is
 * neither such a parameter nor a storage flag: the flag alone would make libvirt copy every disk,
 * shared ones onto themselves.
 */
final class CallMapping {

  /** {@code VIR_MIGRATE_PARAM_MIGRATE_DISKS}. */
  static final String MIGRATE_DISKS = "migrate_disks";

  /** {@code VIR_MIGRATE_PARAM_BANDWIDTH}, in MiB/s. */
  static final String BANDWIDTH = "bandwidth";

  /** {@code VIR_MIGRATE_PARAM_URI}. */
  static final String MIGRATE_URI = "migrate_uri";

  /** {@code VIR_MIGRATE_PARAM_DISKS_URI}. */
  static final String DISKS_URI = "disks_uri";

  /** {@code VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES}. */
  static final String DETECT_ZEROES = "migrate_disks_detect_zeroes";

  /** {@code VIR_MIGRATE_PARAM_DEST_XML}. */
  static final String DESTINATION_XML = "destination_xml";

  /** {@code VIR_MIGRATE_PARAM_PERSIST_XML}. */
  static final String PERSISTENT_XML = "persistent_xml";

  private CallMapping() {}

  /**
   * The definitions that the destination gets in place of the source's own.
   *
   * @param persistent null for a transient domain
   */
  record Definitions(String live, @Nullable String persistent) {}

  /**
   * Maps an order.
   *
   * @param definitions null when every disk keeps its place
   */
  static MigrateCall call(Order order, Host destination, @Nullable Definitions definitions) {
    return new MigrateCall(
        order.guest().uuid(),
        order.destUri(),
        parameters(order, destination, definitions),
        flags(order));
  }

  private static TypedParameters parameters(
      Order order, Host destination, @Nullable Definitions definitions) {
    TypedParameters.Builder parameters = TypedParameters.builder();
    parameters.addAll(MIGRATE_DISKS, order.targets());
    parameters.addAll(DETECT_ZEROES, order.unmapping());
    if (destination.migrateUri() != null) {
      parameters.add(MIGRATE_URI, destination.migrateUri());
    }
    if (destination.disksUri() != null && !order.disks().isEmpty()) {
      parameters.add(DISKS_URI, destination.disksUri());
    }
    Long bandwidth = order.options().bandwidthMiBps();
    if (bandwidth != null) {
      parameters.add(BANDWIDTH, new TypedValue.ULLong(bandwidth));
    }
    if (definitions != null) {
      parameters.add(DESTINATION_XML, definitions.live());
      if (definitions.persistent() != null) {
        parameters.add(PERSISTENT_XML, definitions.persistent());
      }
    }
    return parameters.build();
  }

  private static Set<MigrateFlag> flags(Order order) {
    EnumSet<MigrateFlag> flags = EnumSet.of(MigrateFlag.LIVE, MigrateFlag.PEER2PEER);
    if (order.guest().persistent()) {
      flags.add(MigrateFlag.PERSIST_DEST);
      flags.add(MigrateFlag.UNDEFINE_SOURCE);
    }
    if (!order.disks().isEmpty()) {
      flags.add(
          order.copy() == CopyMode.INCREMENTAL
              ? MigrateFlag.NON_SHARED_INC
              : MigrateFlag.NON_SHARED_DISK);
    }
    if (order.options().guardedSwitchover()) {
      flags.add(MigrateFlag.PAUSED);
    }
    if (order.options().postCopy()) {
      flags.add(MigrateFlag.POSTCOPY);
    }
    if (order.options().synchronousWrites()) {
      flags.add(MigrateFlag.NON_SHARED_SYNCHRONOUS_WRITES);
    }
    return Collections.unmodifiableSet(flags);
  }
}
