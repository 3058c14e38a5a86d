package dev.virtferry.libvirt;

import dev.virtferry.libvirt.HostConnectionPool.Query;
import dev.virtferry.libvirt.JobReading.Activity;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.DomainSnapshot;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Hypervisor} on libvirt-java. Native calls are made on platform threads only. */
public final class LibvirtHypervisor implements Hypervisor {

  private static final Logger log = LoggerFactory.getLogger(LibvirtHypervisor.class);

  /** {@code virDomainXMLFlags}. */
  private static final int XML_SECURE = 1;

  private static final int XML_INACTIVE = 2;

  /** What a daemon says of an answer longer than 4 MiB; it has no number of its own. */
  private static final String TOO_LONG = "Unable to encode message payload";

  private static final int XML_MIGRATABLE = 8;

  /** {@code COMPLETED}, and {@code KEEP_COMPLETED}: without it the first reader is the last. */
  private static final int KEPT_RECORD = 3;

  private static final Duration FOR_A_RECORD = Duration.ofSeconds(1);

  /** So that a full host takes many queries, and none of them too long. */
  private static final int DOMAINS_IN_A_QUERY = 50;

  /** Then another one goes on with the rest: domains may have hundreds of snapshots. */
  private static final Duration TIME_OF_A_QUERY = Duration.ofSeconds(1);

  /** Of a list. */
  private static final Duration FOR_HUNG_GUESTS = Duration.ofSeconds(1);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  private final LibvirtConnections connections;
  private final NativeLibvirt library;
  private final Map<UUID, CompletableFuture<Void>> aborts = new ConcurrentHashMap<>();

  public LibvirtHypervisor(LibvirtConnections connections) {
    this.connections = connections;
    this.library = connections.library();
  }

  @Override
  public UUID identity(HostAddress host) {
    return connections.ask(
        host, connect -> DomainXml.parse(connect.getCapabilities()).hostIdentity());
  }

  @Override
  public HostFacts facts(HostAddress host) {
    return connections.ask(
        host, connect -> new HostFacts(connect.getLibVersion(), connect.getVersion()));
  }

  @Override
  public List<DomainName> domains(HostAddress host) {
    return connections.askAll(
        host,
        connect -> {
          List<DomainName> found = new ArrayList<>();
          for (Domain domain : connect.listAllDomains(0)) {
            try {
              found.add(new DomainName(domain.getName(), UUID.fromString(domain.getUUIDString())));
            } finally {
              domain.free();
            }
          }
          return found;
        });
  }

  @Override
  public Optional<String> name(HostAddress host, UUID domain) {
    return connections.ask(
        host,
        domain.toString(),
        connect -> {
          Domain found = lookedUp(() -> connect.domainLookupByUUID(domain));
          if (found == null) {
            return Optional.empty();
          }
          try {
            return Optional.of(found.getName());
          } finally {
            found.free();
          }
        });
  }

  @Override
  public Optional<DomainState> glance(HostAddress host, String nameOrUuid) {
    return connections.ask(
        host,
        nameOrUuid,
        connect ->
            withDomain(
                connect,
                nameOrUuid,
                domain ->
                    library.condition(connect, UUID.fromString(domain.getUUIDString())).state()));
  }

  @Override
  public Optional<DomainDescription> describe(HostAddress host, String nameOrUuid) {
    return unsized(host, nameOrUuid)
        .map(domain -> sized(host, domain, new Allowance(LibvirtConnections.GUEST_LIMIT)));
  }

  @Override
  public List<DomainDescription> describe(HostAddress host, List<UUID> domains) {
    var patience = new Allowance(FOR_HUNG_GUESTS);
    return ofEach(host, domains, this::described, this::undescribed).stream()
        .map(domain -> sized(host, domain, patience))
        .toList();
  }

  @Override
  public List<String> migrationBlockers(HostAddress source, UUID domain) {
    try {
      return connections
          .askGuest(
              source,
              domain,
              LibvirtConnections.GUEST_LIMIT,
              connect ->
                  withDomain(connect, domain.toString(), LibvirtHypervisor::migrationBlockers))
          .orElse(List.of());
    } catch (LibvirtFailure e) {
      if (!e.aboutSilentGuest()) {
        throw e;
      }
      return List.of(e.message() + ".");
    }
  }

  @Override
  public List<DomainFiles> namedFiles(HostAddress host) {
    try {
      return ofEach(
          host,
          domains(host).stream().map(DomainName::uuid).toList(),
          (_, domain) -> new DomainFiles(uuid(domain), files(domain)),
          (_, domain) -> DomainFiles.unknown(uuid(domain)));
    } catch (LibvirtFailure e) {
      throw e.ofOthers();
    }
  }

  private static UUID uuid(Domain domain) throws LibvirtException {
    return UUID.fromString(domain.getUUIDString());
  }

  /** What there is to say of one whose definition can't be had. */
  private DomainDescription undescribed(PooledConnect connect, Domain domain)
      throws LibvirtException {
    UUID uuid = uuid(domain);
    DomainCondition condition = library.condition(connect, uuid);
    return new DomainDescription(
        domain.getName(),
        uuid,
        null,
        condition.state(),
        condition.persistent(),
        false,
        0,
        new Machine("", "", "", null),
        List.of(),
        false);
  }

  private static <T> T unlessTooLong(
      PooledConnect connect, Domain domain, HostReading<T> reading, HostReading<T> otherwise)
      throws LibvirtException {
    try {
      return reading.of(connect, domain);
    } catch (LibvirtException e) {
      LibvirtFailure failure = LibvirtErrors.of(e);
      if (failure.is(ErrorNumber.RPC) && failure.message().contains(TOO_LONG)) {
        return otherwise.of(connect, domain);
      }
      throw e;
    }
  }

  @FunctionalInterface
  private interface HostReading<T> {
    T of(PooledConnect connect, Domain domain) throws LibvirtException;
  }

  /**
   * What each of them tells of itself, without those that left; none asks a guest.
   *
   * @param otherwise for one whose definition is longer than a message of libvirt's
   */
  private <T> List<T> ofEach(
      HostAddress host, List<UUID> domains, HostReading<T> reading, HostReading<T> otherwise) {
    List<T> all = new ArrayList<>();
    Deque<UUID> left = new ArrayDeque<>(domains);
    while (!left.isEmpty()) {
      all.addAll(connections.askAll(host, connect -> ofSome(connect, left, reading, otherwise)));
    }
    return all;
  }

  /** Takes from those that are left as many as a query may. */
  private static <T> List<T> ofSome(
      PooledConnect connect, Deque<UUID> left, HostReading<T> reading, HostReading<T> otherwise)
      throws LibvirtException {
    long begun = System.nanoTime();
    List<T> found = new ArrayList<>();
    for (int taken = 0; taken < DOMAINS_IN_A_QUERY && !left.isEmpty(); taken++) {
      String domain = left.remove().toString();
      withDomain(connect, domain, there -> unlessTooLong(connect, there, reading, otherwise))
          .ifPresent(found::add);
      if (System.nanoTime() - begun > TIME_OF_A_QUERY.toNanos()) {
        return found;
      }
    }
    return found;
  }

  private static List<NamedFile> files(Domain domain) throws LibvirtException {
    Set<NamedFile> files = new LinkedHashSet<>(NamedFiles.in(domain.getXMLDesc(0)));
    if (domain.isActive() == 1) {
      files.addAll(NamedFiles.in(domain.getXMLDesc(XML_INACTIVE)));
    }
    for (String name : domain.snapshotListNames()) {
      try {
        files.addAll(files(domain, name));
      } catch (LibvirtException e) {
        // One that was deleted since they were listed names nothing any more.
        if (!LibvirtErrors.of(e).is(ErrorNumber.NO_DOMAIN_SNAPSHOT)) {
          throw e;
        }
      }
    }
    return List.copyOf(files);
  }

  private static List<NamedFile> files(Domain domain, String snapshotName) throws LibvirtException {
    DomainSnapshot snapshot = domain.snapshotLookupByName(snapshotName);
    try {
      return NamedFiles.in(snapshot.getXMLDesc());
    } finally {
      snapshot.free();
    }
  }

  @Override
  public Acceptance acceptsMachineType(HostAddress host, Machine machine) {
    return connections.ask(host, connect -> library.acceptsMachineType(connect, machine));
  }

  @Override
  public Acceptance acceptsCpu(HostAddress host, Machine machine) {
    return connections.ask(host, connect -> library.acceptsCpu(connect, machine));
  }

  @Override
  public List<NamedFile> openedFiles(HostAddress source, UUID domain, Definition definition) {
    int flags = XML_MIGRATABLE | (definition == Definition.PERSISTENT ? XML_INACTIVE : 0);
    return connections
        .ask(
            source,
            domain.toString(),
            connect ->
                withDomain(
                    connect,
                    domain.toString(),
                    found -> opened(found.getXMLDesc(flags), definition)))
        .orElse(List.of());
  }

  private static List<NamedFile> opened(String xml, Definition definition) {
    return switch (definition) {
      case LIVE -> OpenedFiles.in(xml);
      case PERSISTENT -> OpenedFiles.atTheNextStart(xml);
    };
  }

  @Override
  public String definitionWithPaths(
      HostAddress source, UUID domain, Definition definition, boolean secrets, Relocation places) {
    int flags =
        XML_MIGRATABLE
            | (secrets ? XML_SECURE : 0)
            | (definition == Definition.PERSISTENT ? XML_INACTIVE : 0);
    String xml =
        connections
            .ask(
                source,
                domain.toString(),
                connect -> withDomain(connect, domain.toString(), found -> found.getXMLDesc(flags)))
            .orElseThrow(() ->
                new LibvirtFailure(
                    ErrorNumber.NO_DOMAIN,
                    ErrorDomain.NONE,
                    "The domain left before its definition was read"));
    return DomainXml.parse(xml).definitionWithPaths(places);
  }

  @Override
  public Optional<DomainRun> run(HostAddress host, UUID domain) {
    return connections.follow(host, domain, connect -> library.run(connect, domain));
  }

  @Override
  public DomainCondition condition(HostAddress host, UUID domain) {
    return connections.follow(host, domain, connect -> library.condition(connect, domain));
  }

  @Override
  public JobReading job(HostAddress source, UUID domain) {
    try {
      return connections.followGuest(
          source,
          domain,
          LibvirtConnections.GUEST_LIMIT,
          connect ->
              withDomain(connect, domain.toString(), found -> JobStats.read(found.getJobStats(0)))
                  .orElse(JobReading.without(Activity.NONE)));
    } catch (HostUnreachable e) {
      return JobReading.without(Activity.UNKNOWN);
    } catch (LibvirtFailure e) {
      return JobReading.without(
          e.is(ErrorNumber.OPERATION_INVALID) ? Activity.NONE : Activity.UNKNOWN);
    }
  }

  @Override
  public Optional<CompletedJob> completedJob(HostAddress destination, UUID domain) {
    return connections
        .followGuest(
            destination,
            domain,
            FOR_A_RECORD,
            connect ->
                withDomain(
                    connect,
                    domain.toString(),
                    found -> JobStats.completed(found.getJobStats(KEPT_RECORD))))
        .flatMap(record -> record);
  }

  @Override
  public Watch watch(HostAddress host, UUID domain, Consumer<DomainEvent> onNews) {
    return connections.watch(host, domain, onNews);
  }

  @Override
  public Map<String, BlockJob> blockJobs(HostAddress source, UUID domain, List<String> targets) {
    if (targets.isEmpty()) {
      return Map.of();
    }
    return connections
        .followGuest(
            source,
            domain,
            LibvirtConnections.GUEST_LIMIT,
            connect -> withDomain(connect, domain.toString(), found -> blockJobs(found, targets)))
        .orElse(Map.of());
  }

  @Override
  public CompletableFuture<Void> migrate(HostAddress source, MigrateCall call) {
    return onOwnThread(
        "migrate-" + call.domain(),
        source,
        connect -> {
          if (call.parameters().isEmpty()) {
            library.migrateWithoutParameters(connect, call);
          } else {
            migrateWithParameters(connect, call);
          }
          return null;
        });
  }

  /** Not through {@link #withDomain}: what libvirt says of a domain that left is wanted here. */
  private static void migrateWithParameters(Connect connect, MigrateCall call)
      throws LibvirtException {
    Domain domain = lookedUp(connect, call.domain().toString());
    if (domain == null) {
      throw new LibvirtFailure(
          ErrorNumber.NO_DOMAIN, ErrorDomain.NONE, "The domain left before the call");
    }
    try {
      migrate(domain, call);
    } finally {
      domain.free();
    }
  }

  @Override
  public void abort(HostAddress source, UUID domain) {
    // An abort may hang with its daemon; while one is under way another would only hang beside it.
    CompletableFuture<Void> pending =
        aborts.computeIfAbsent(
            domain,
            _ ->
                onOwnThread(
                    "abort-" + domain,
                    source,
                    connect -> {
                      withDomain(connect, domain.toString(), Domain::abortJob);
                      return null;
                    }));
    try {
      pending.get(LibvirtConnections.QUERY_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnreachable(source.name(), "interrupted while aborting the job");
    } catch (TimeoutException e) {
      throw new HostUnreachable(source.name(), "it did not take the abort in time");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } finally {
      if (pending.isDone()) {
        aborts.remove(domain, pending);
      }
    }
  }

  @Override
  public void setMaxDowntime(HostAddress source, UUID domain, long millis) {
    connections.followGuest(
        source,
        domain,
        LibvirtConnections.GUEST_LIMIT,
        connect ->
            withDomain(connect, domain.toString(), found -> found.migrateSetMaxDowntime(millis)));
  }

  @Override
  public void setBandwidth(HostAddress source, UUID domain, long mibPerSecond) {
    connections.followGuest(
        source,
        domain,
        LibvirtConnections.GUEST_LIMIT,
        connect -> {
          library.setMaxSpeed(connect, domain, mibPerSecond);
          return true;
        });
  }

  @Override
  public void setCopyBandwidth(
      HostAddress source, UUID domain, List<String> targets, long mibPerSecond) {
    connections.followGuest(
        source,
        domain,
        LibvirtConnections.GUEST_LIMIT,
        connect -> {
          String xml =
              withDomain(connect, domain.toString(), found -> found.getXMLDesc(0)).orElseThrow();
          Map<String, String> aliases = DomainXml.parse(xml).aliases();
          aliases.keySet().retainAll(targets);
          for (String alias : aliases.values()) {
            library.tellMonitor(connect, domain, MonitorCommand.setSpeed(alias, mibPerSecond));
          }
          return true;
        });
  }

  @Override
  public void startPostCopy(HostAddress source, UUID domain) {
    connections.followGuest(
        source,
        domain,
        LibvirtConnections.GUEST_LIMIT,
        connect -> {
          library.startPostCopy(connect, domain);
          return true;
        });
  }

  @Override
  public void suspend(HostAddress host, UUID domain) {
    tellGuest(host, domain, Domain::suspend);
  }

  @Override
  public void resume(HostAddress host, UUID domain) {
    tellGuest(host, domain, Domain::resume);
  }

  @Override
  public void destroy(HostAddress host, UUID domain) {
    tell(host, domain, Domain::destroy);
  }

  @Override
  public void undefine(HostAddress host, UUID domain) {
    connections.tell(
        host,
        connect -> {
          int kept = UndefineFlag.knownTo(connect.getLibVersion());
          return withDomain(
              connect,
              domain.toString(),
              found -> {
                found.undefine(kept);
                return true;
              });
        });
  }

  @Override
  public void setAutostart(HostAddress host, UUID domain, boolean autostart) {
    tell(host, domain, found -> found.setAutostart(autostart));
  }

  private interface Command {
    void give(Domain domain) throws LibvirtException;
  }

  private void tell(HostAddress host, UUID domain, Command command) {
    connections.tell(host, connect -> given(connect, domain, command));
  }

  private void tellGuest(HostAddress host, UUID domain, Command command) {
    connections.followGuest(
        host, domain, LibvirtConnections.GUEST_LIMIT, connect -> given(connect, domain, command));
  }

  private static Optional<Boolean> given(PooledConnect connect, UUID domain, Command command)
      throws LibvirtException {
    return withDomain(
        connect,
        domain.toString(),
        found -> {
          command.give(found);
          return true;
        });
  }

  /** For calls that block for long: a thread and a connection of their own. */
  private CompletableFuture<Void> onOwnThread(
      String name, HostAddress host, Query<@Nullable Void> call) {
    var ended = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .name(name)
        .daemon()
        .start(() -> {
          try {
            makeCall(host, call);
            ended.complete(null);
          } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
          }
        });
    return ended;
  }

  private static void makeCall(HostAddress host, Query<@Nullable Void> call) {
    PooledConnect connect = PooledConnect.to(host);
    try {
      call.on(connect);
    } catch (LibvirtException e) {
      throw LibvirtErrors.of(e);
    } finally {
      LibvirtConnections.close(connect);
    }
  }

  /** Something asked of a domain that is freed afterwards. */
  @FunctionalInterface
  private interface DomainQuery<T> {
    T of(Domain domain) throws LibvirtException;
  }

  /** Empty when there is no such domain, also when it left between the look-up and the query. */
  private static <T> Optional<T> withDomain(
      Connect connect, String nameOrUuid, DomainQuery<T> query) throws LibvirtException {
    Domain domain = lookedUp(connect, nameOrUuid);
    if (domain == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(query.of(domain));
    } catch (LibvirtException e) {
      if (LibvirtErrors.of(e).is(ErrorNumber.NO_DOMAIN)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      domain.free();
    }
  }

  private static @Nullable Domain lookedUp(Connect connect, String nameOrUuid)
      throws LibvirtException {
    Optional<UUID> uuid = uuid(nameOrUuid);
    if (uuid.isPresent()) {
      Domain found = lookedUp(() -> connect.domainLookupByUUID(uuid.get()));
      if (found != null) {
        return found;
      }
    }
    return lookedUp(() -> connect.domainLookupByName(nameOrUuid));
  }

  @FunctionalInterface
  private interface Lookup {
    Domain make() throws LibvirtException;
  }

  private static @Nullable Domain lookedUp(Lookup lookup) throws LibvirtException {
    try {
      return lookup.make();
    } catch (LibvirtException e) {
      if (LibvirtErrors.of(e).is(ErrorNumber.NO_DOMAIN)) {
        return null;
      }
      throw e;
    }
  }

  private static Optional<UUID> uuid(String text) {
    try {
      UUID uuid = UUID.fromString(text);
      return uuid.toString().equalsIgnoreCase(text) ? Optional.of(uuid) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static void migrate(Domain domain, MigrateCall call) throws LibvirtException {
    int result =
        domain.migrateToURI(
            call.destination(),
            NativeParameters.of(call.parameters()),
            MigrateFlag.mask(call.flags()));
    if (result != 0) {
      // libvirt-java returns -1 without an exception when no error of level ERROR was set.
      throw LibvirtFailure.withoutNumber("virDomainMigrateToURI3 returned " + result);
    }
  }

  private Optional<DomainDescription> unsized(HostAddress host, String nameOrUuid) {
    return connections.ask(
        host,
        nameOrUuid,
        connect -> withDomain(connect, nameOrUuid, domain -> described(connect, domain)));
  }

  private DomainDescription described(PooledConnect connect, Domain domain)
      throws LibvirtException {
    DomainXml xml = DomainXml.parse(domain.getXMLDesc(0));
    DomainCondition condition = library.condition(connect, xml.uuid());
    return new DomainDescription(
        xml.name(),
        xml.uuid(),
        condition.run() == null ? null : library.run(connect, xml.uuid()).orElse(null),
        condition.state(),
        condition.persistent(),
        condition.persistent() && domain.getAutostart(),
        xml.memoryBytes(),
        xml.machine(),
        xml.disks(),
        true);
  }

  private DomainDescription sized(HostAddress host, DomainDescription domain, Allowance patience) {
    if (!domain.knowsItsSizes()) {
      return domain;
    }
    long begun = System.nanoTime();
    try {
      Optional<BlockStats> told = blockStats(host, domain.uuid(), patience.left());
      if (told.isPresent()) {
        return domain.sized(told.get());
      }
    } catch (LibvirtFailure e) {
      log.debug("The sizes of the disks of {} can't be read", domain.name(), e);
      if (!e.aboutSilentGuest()) {
        return domain;
      }
    }
    patience.spend(Duration.ofNanos(System.nanoTime() - begun));
    return domain.unanswered();
  }

  /** Empty where others keep the guest's QEMU busy for all of the time. */
  private Optional<BlockStats> blockStats(HostAddress host, UUID domain, Duration atMost) {
    long begun = System.nanoTime();
    Optional<BlockStats> told;
    do {
      told =
          connections.askGuest(
              host, domain, atMost, connect -> library.blockStats(connect, domain));
      if (told.isEmpty()) {
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
    } while (told.isEmpty() && System.nanoTime() - begun < atMost.toNanos());
    return told;
  }

  private static List<String> migrationBlockers(Domain domain) throws LibvirtException {
    DomainXml xml = DomainXml.parse(domain.getXMLDesc(0));
    List<String> found = new ArrayList<>();
    if (xml.hostDevices() > 0) {
      found.add(
          String.format(
              Locale.ROOT, "It has %d host devices; detach them first.", xml.hostDevices()));
    }
    int snapshots = domain.snapshotNum();
    if (snapshots > 0) {
      found.add(String.format(Locale.ROOT, "It has %d snapshots; delete them first.", snapshots));
    }
    int checkpoints = domain.checkpointListNames().length;
    if (checkpoints > 0) {
      found.add(
          String.format(Locale.ROOT, "It has %d checkpoints; delete them first.", checkpoints));
    }
    if (JobStats.read(domain.getJobStats(0)).activity() != Activity.NONE) {
      found.add("A job of libvirt's runs on it; wait for its end or abort it.");
    }
    for (DomainDisk disk : xml.disks()) {
      if (disk.image() != null && domain.getBlockJobInfo(disk.target(), 0).type != 0) {
        found.add("A block job runs on its disk %s; wait for its end.".formatted(disk.target()));
      }
    }
    return found;
  }

  private static Map<String, BlockJob> blockJobs(Domain domain, List<String> targets)
      throws LibvirtException {
    Map<String, BlockJob> jobs = new LinkedHashMap<>();
    for (String target : targets) {
      var info = domain.getBlockJobInfo(target, 0);
      if (info.type != 0) {
        jobs.put(target, new BlockJob(info.cur, info.end, info.bandwidth));
      }
    }
    return jobs;
  }
}
