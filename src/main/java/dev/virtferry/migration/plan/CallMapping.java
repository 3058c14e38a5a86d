package dev.virtferry.migration.plan;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import dev.virtferry.migration.Compression;
import dev.virtferry.migration.MigrationOptions;
import dev.virtferry.migration.Order;
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
public final class CallMapping {

  /** {@code VIR_MIGRATE_PARAM_MIGRATE_DISKS}. */
  static final String MIGRATE_DISKS = "migrate_disks";

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

  /** {@code VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY}, in MiB/s. */
  static final String BANDWIDTH_POSTCOPY = "bandwidth.postcopy";

  /** {@code VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL}, in percent. */
  static final String AUTO_CONVERGE_INITIAL = "auto_converge.initial";

  /** {@code VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT}, in percent. */
  static final String AUTO_CONVERGE_INCREMENT = "auto_converge.increment";

  /** {@code VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS}. */
  static final String PARALLEL_CONNECTIONS = "parallel.connections";

  /** {@code VIR_MIGRATE_PARAM_COMPRESSION}, one for each method. */
  static final String COMPRESSION = "compression";

  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL}. */
  static final String COMPRESSION_MT_LEVEL = "compression.mt.level";

  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS}. */
  static final String COMPRESSION_MT_THREADS = "compression.mt.threads";

  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS}. */
  static final String COMPRESSION_MT_DTHREADS = "compression.mt.dthreads";

  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE}, in bytes. */
  static final String COMPRESSION_XBZRLE_CACHE = "compression.xbzrle.cache";

  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_ZLIB_LEVEL}. */
  static final String COMPRESSION_ZLIB_LEVEL = "compression.zlib.level";

  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_ZSTD_LEVEL}. */
  static final String COMPRESSION_ZSTD_LEVEL = "compression.zstd.level";

  /** {@code VIR_MIGRATE_PARAM_TLS_DESTINATION}. */
  static final String TLS_DESTINATION = "tls.destination";

  /** {@code VIR_MIGRATE_PARAM_DEST_NAME}. */
  static final String DESTINATION_NAME = "destination_name";

  /** The parameters that have the name which a domain gets at its destination. */
  public static final Set<String> TELL_THE_NEW_NAME =
      Set.of(DESTINATION_NAME, DESTINATION_XML, PERSISTENT_XML);

  /** {@code VIR_MIGRATE_PARAM_LISTEN_ADDRESS}. */
  static final String LISTEN_ADDRESS = "listen_address";

  /** {@code VIR_MIGRATE_PARAM_DISKS_PORT}. */
  static final String DISKS_PORT = "disks_port";

  private CallMapping() {}

  /**
   * The definitions that the destination gets in place of the source's own.
   *
   * @param persistent null for a transient domain
   */
  record Definitions(String live, @Nullable String persistent) {}

  /** What still matters when a guest that is at the destination only fetches its memory. */
  private static final Set<String> KEPT_BY_A_RESUMPTION = Set.of(MIGRATE_URI, DESTINATION_NAME);

  /** The call that goes on with the post-copy that {@code call} began. */
  public static MigrateCall resumption(MigrateCall call) {
    Set<MigrateFlag> flags = EnumSet.copyOf(call.flags());
    flags.removeAll(Set.of(MigrateFlag.NON_SHARED_DISK, MigrateFlag.NON_SHARED_INC));
    flags.add(MigrateFlag.POSTCOPY_RESUME);
    return new MigrateCall(
        call.domain(),
        call.destination(),
        TypedParameters.of(
            call.parameters().stream()
                .filter(parameter -> KEPT_BY_A_RESUMPTION.contains(parameter.name()))
                .toList()),
        flags);
  }

  /**
   * Maps an order.
   *
   * @param definitions null when every disk keeps its place
   */
  public static MigrateCall call(Order order, Host destination, @Nullable Definitions definitions) {
    return new MigrateCall(
        order.guest().uuid(),
        order.destUri(),
        parameters(order, destination, definitions),
        flags(order));
  }

  private static TypedParameters parameters(
      Order order, Host destination, @Nullable Definitions definitions) {
    MigrationOptions options = order.options();
    TypedParameters.Builder parameters = TypedParameters.builder();
    parameters.addAll(MIGRATE_DISKS, order.targets());
    parameters.addAll(DETECT_ZEROES, order.unmapping());
    text(parameters, MIGRATE_URI, destination.migrateUri());
    if (!order.disks().isEmpty()) {
      text(parameters, DISKS_URI, destination.disksUri());
    }
    unsigned(parameters, MigrateCall.BANDWIDTH, options.rates().bandwidthMiBps());
    unsigned(parameters, BANDWIDTH_POSTCOPY, options.rates().bandwidthPostCopyMiBps());
    if (options.memory().autoConverge() != null) {
      number(parameters, AUTO_CONVERGE_INITIAL, options.memory().autoConverge().initial());
      number(parameters, AUTO_CONVERGE_INCREMENT, options.memory().autoConverge().increment());
    }
    number(parameters, PARALLEL_CONNECTIONS, options.memory().parallelConnections());
    if (options.memory().compression() != null) {
      compress(parameters, options.memory().compression());
    }
    text(parameters, TLS_DESTINATION, options.encryption().tlsDestination());
    text(parameters, DESTINATION_NAME, options.domain().destinationName());
    text(parameters, LISTEN_ADDRESS, options.listening().listenAddress());
    number(parameters, DISKS_PORT, options.listening().disksPort());
    if (definitions != null) {
      parameters.add(DESTINATION_XML, definitions.live());
      text(parameters, PERSISTENT_XML, definitions.persistent());
    }
    return parameters.build();
  }

  private static void compress(TypedParameters.Builder parameters, Compression compression) {
    parameters.addAll(
        COMPRESSION, compression.methods().stream().map(Compression.Method::word).toList());
    Compression.Levels levels = compression.levels();
    if (levels != null) {
      number(parameters, COMPRESSION_MT_LEVEL, levels.mt());
      number(parameters, COMPRESSION_MT_THREADS, levels.mtThreads());
      number(parameters, COMPRESSION_MT_DTHREADS, levels.mtDecompressionThreads());
      unsigned(parameters, COMPRESSION_XBZRLE_CACHE, levels.xbzrleCacheBytes());
      number(parameters, COMPRESSION_ZLIB_LEVEL, levels.zlib());
      number(parameters, COMPRESSION_ZSTD_LEVEL, levels.zstd());
    }
  }

  private static void text(TypedParameters.Builder parameters, String name, @Nullable String text) {
    if (text != null) {
      parameters.add(name, text);
    }
  }

  private static void number(
      TypedParameters.Builder parameters, String name, @Nullable Integer number) {
    if (number != null) {
      parameters.add(name, new TypedValue.Int(number));
    }
  }

  private static void unsigned(
      TypedParameters.Builder parameters, String name, @Nullable Long number) {
    if (number != null) {
      parameters.add(name, new TypedValue.ULLong(number));
    }
  }

  private static Set<MigrateFlag> flags(Order order) {
    MigrationOptions options = order.options();
    EnumSet<MigrateFlag> flags = EnumSet.of(MigrateFlag.LIVE, MigrateFlag.PEER2PEER);
    set(flags, MigrateFlag.PERSIST_DEST, order.persists());
    set(flags, MigrateFlag.UNDEFINE_SOURCE, order.undefinesSource());
    boolean paused = options.switchover().guardedSwitchover() || options.domain().startPaused();
    set(flags, MigrateFlag.PAUSED, paused);
    if (!order.disks().isEmpty()) {
      boolean layer = order.copy() == CopyMode.INCREMENTAL;
      flags.add(layer ? MigrateFlag.NON_SHARED_INC : MigrateFlag.NON_SHARED_DISK);
    }
    set(flags, MigrateFlag.COMPRESSED, options.memory().compression() != null);
    set(flags, MigrateFlag.ABORT_ON_ERROR, options.domain().abortOnIoError());
    set(flags, MigrateFlag.AUTO_CONVERGE, options.memory().autoConverge() != null);
    set(flags, MigrateFlag.POSTCOPY, options.memory().postCopy());
    set(flags, MigrateFlag.TLS, options.encryption().tls());
    set(flags, MigrateFlag.PARALLEL, options.memory().parallelConnections() != null);
    set(flags, MigrateFlag.NON_SHARED_SYNCHRONOUS_WRITES, options.storage().synchronousWrites());
    set(flags, MigrateFlag.ZEROCOPY, options.memory().zeroCopy());
    return Collections.unmodifiableSet(flags);
  }

  private static void set(EnumSet<MigrateFlag> flags, MigrateFlag flag, boolean wanted) {
    if (wanted) {
      flags.add(flag);
    }
  }
}
