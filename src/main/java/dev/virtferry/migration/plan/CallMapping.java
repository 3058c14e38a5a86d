package dev.virtferry.migration.plan;

import static dev.virtferry.libvirt.MigrateParameter.DESTINATION_NAME;
import static dev.virtferry.libvirt.MigrateParameter.DESTINATION_XML;
import static dev.virtferry.libvirt.MigrateParameter.MIGRATE_URI;
import static dev.virtferry.libvirt.MigrateParameter.PERSISTENT_XML;
import static dev.virtferry.migration.plan.Wanted.asked;
import static dev.virtferry.migration.plan.Wanted.flag;
import static dev.virtferry.migration.plan.Wanted.given;
import static dev.virtferry.migration.plan.Wanted.one;
import static dev.virtferry.migration.plan.Wanted.option;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.MigrateParameter;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.options.Compression;
import dev.virtferry.migration.options.Compression.Levels;
import dev.virtferry.migration.options.Compression.Method;
import dev.virtferry.migration.options.MemoryOptions.AutoConverge;
import dev.virtferry.migration.options.MigrationOptions;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Maps a plan and its options onto the arguments of {@code virDomainMigrateToURI3}: says of each
 * {@link MigrateParameter} and {@link MigrateFlag} what they have for it.
 *
 * <p>Each disk is one {@code migrate_disks} parameter, in the plan's order. Without disks there is
 * neither such a parameter nor a storage flag: the flag alone would make libvirt copy every disk,
 * shared ones onto themselves.
 */
public final class CallMapping {

  /** The names of the parameters that have the name which a domain gets at its destination. */
  public static final Set<String> TELL_THE_NEW_NAME =
      names(DESTINATION_NAME, DESTINATION_XML, PERSISTENT_XML);

  /** What still matters when a guest that is at the destination only fetches its memory. */
  private static final Set<String> KEPT_BY_A_RESUMPTION = names(MIGRATE_URI, DESTINATION_NAME);

  private final TransferPlan transfer;
  private final MigrationOptions options;
  private final Host destination;
  private final @Nullable Definitions definitions;

  CallMapping(
      TransferPlan transfer,
      MigrationOptions options,
      Host destination,
      @Nullable Definitions definitions) {
    this.transfer = transfer;
    this.options = options;
    this.destination = destination;
    this.definitions = definitions;
  }

  /**
   * The definitions that the destination gets in place of the source's own.
   *
   * @param persistent null for a transient domain
   */
  record Definitions(String live, @Nullable String persistent) {}

  private static Set<String> names(MigrateParameter... parameters) {
    return Stream.of(parameters).map(MigrateParameter::nativeName).collect(toUnmodifiableSet());
  }

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
   * Maps a plan.
   *
   * @param options those in force
   * @param definitions null when every disk keeps its place
   */
  public static MigrateCall call(
      TransferPlan transfer,
      MigrationOptions options,
      Host destination,
      @Nullable Definitions definitions) {
    var mapping = new CallMapping(transfer, options, destination, definitions);
    return new MigrateCall(
        transfer.guest().uuid(), transfer.destUri(), mapping.parameters(), mapping.flags());
  }

  private TypedParameters parameters() {
    TypedParameters.Builder parameters = TypedParameters.builder();
    for (MigrateParameter parameter : MigrateParameter.values()) {
      wanted(parameter)
          .sent()
          .forEach(plain -> parameters.add(parameter.nativeName(), parameter.value(plain)));
    }
    return parameters.build();
  }

  private Set<MigrateFlag> flags() {
    EnumSet<MigrateFlag> flags = EnumSet.allOf(MigrateFlag.class);
    flags.removeIf(flag -> !wanted(flag).sent());
    return Collections.unmodifiableSet(flags);
  }

  /** The values of a parameter: none, one or, of disks and methods, many. */
  Wanted<List<?>> wanted(MigrateParameter parameter) {
    return switch (parameter) {
      case MIGRATE_DISKS -> given(transfer.targets());
      case DETECT_ZEROES -> asked("detectZeroes", detectsZeroes(), transfer.unmapping());
      case MIGRATE_URI -> given(one(destination.migrateUri()));
      case DISKS_URI -> given(transfer.disks().isEmpty() ? List.of() : one(destination.disksUri()));
      case BANDWIDTH -> option("bandwidthMiBps", options.rates().bandwidthMiBps());
      case BANDWIDTH_POSTCOPY ->
          option("bandwidthPostCopyMiBps", options.rates().bandwidthPostCopyMiBps());
      case AUTO_CONVERGE_INITIAL -> option("autoConverge", converge().initial());
      case AUTO_CONVERGE_INCREMENT -> option("autoConverge", converge().increment());
      case PARALLEL_CONNECTIONS ->
          option("parallelConnections", options.memory().parallelConnections());
      case COMPRESSION -> asked("compression", compresses(), words());
      case COMPRESSION_MT_LEVEL -> option("compression", levels().mt());
      case COMPRESSION_MT_THREADS -> option("compression", levels().mtThreads());
      case COMPRESSION_MT_DTHREADS -> option("compression", levels().mtDecompressionThreads());
      case COMPRESSION_XBZRLE_CACHE -> option("compression", levels().xbzrleCacheBytes());
      case COMPRESSION_ZLIB_LEVEL -> level(Method.ZLIB, levels().zlib());
      case COMPRESSION_ZSTD_LEVEL -> level(Method.ZSTD, levels().zstd());
      case TLS_DESTINATION -> option("tlsDestination", options.encryption().tlsDestination());
      case DESTINATION_NAME -> option("destinationName", options.domain().destinationName());
      case LISTEN_ADDRESS -> option("listenAddress", options.listening().listenAddress());
      case DISKS_PORT -> option("disksPort", options.listening().disksPort());
      case DESTINATION_XML -> given(definitions == null ? List.of() : one(definitions.live()));
      case PERSISTENT_XML -> given(definitions == null ? List.of() : one(definitions.persistent()));
    };
  }

  /** Whether a flag is set. */
  Wanted<Boolean> wanted(MigrateFlag flag) {
    return switch (flag) {
      case LIVE, PEER2PEER -> given(true);
      case PERSIST_DEST -> given(options.persists(transfer.guest().persistent()));
      case UNDEFINE_SOURCE -> given(options.undefinesSource(transfer.guest().persistent()));
      case PAUSED ->
          given(options.switchover().guardedSwitchover() || options.domain().startPaused());
      case NON_SHARED_DISK -> given(copies() && transfer.copy() != CopyMode.INCREMENTAL);
      case NON_SHARED_INC -> given(copies() && transfer.copy() == CopyMode.INCREMENTAL);
      case COMPRESSED -> flag("compression", compresses());
      case ABORT_ON_ERROR -> flag("abortOnIoError", options.domain().abortOnIoError());
      case AUTO_CONVERGE -> flag("autoConverge", options.memory().autoConverge() != null);
      case POSTCOPY -> flag("postCopy", options.memory().postCopy());
      case POSTCOPY_RESUME -> given(false);
      case TLS -> flag("tls", options.encryption().tls());
      case PARALLEL -> flag("parallelConnections", options.memory().parallelConnections() != null);
      case NON_SHARED_SYNCHRONOUS_WRITES -> synchronousWrites();
      case ZEROCOPY -> flag("zeroCopy", options.memory().zeroCopy());
    };
  }

  private boolean copies() {
    return !transfer.disks().isEmpty();
  }

  private Wanted<Boolean> synchronousWrites() {
    boolean set = options.storage().synchronousWrites();
    // Without a copy it is refused for that, whatever the hosts know.
    return new Wanted<>(set && transfer.copy() != null ? "synchronousWrites" : null, set);
  }

  private boolean detectsZeroes() {
    return options.storage().detectZeroes() && transfer.copy() != null;
  }

  private AutoConverge converge() {
    return Objects.requireNonNullElse(options.memory().autoConverge(), AutoConverge.NONE);
  }

  private boolean compresses() {
    return options.memory().compression() != null;
  }

  private List<Method> methods() {
    Compression compression = options.memory().compression();
    return compression == null ? List.of() : compression.methods();
  }

  private List<String> words() {
    return methods().stream().map(Method::word).toList();
  }

  private Levels levels() {
    Compression compression = options.memory().compression();
    return compression == null || compression.levels() == null ? Levels.NONE : compression.levels();
  }

  /** A method that came with its level: who asks for the one needs a host that knows both. */
  private Wanted<List<?>> level(Method method, @Nullable Integer level) {
    return asked("compression", methods().contains(method), one(level));
  }
}
