package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.client.DomainLookup.lookedUp;
import static dev.virtferry.libvirt.client.DomainLookup.withDomain;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.DomainJobs;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.libvirt.client.HostConnectionPool.Query;
import dev.virtferry.libvirt.xml.DomainXml;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** {@link DomainJobs} on libvirt-java. Native calls are made on platform threads only. */
public final class LibvirtJobs implements DomainJobs {

  private static final Duration FOR_A_RECORD = Duration.ofSeconds(1);

  private final LibvirtConnections connections;
  private final NativeLibvirt library;

  public LibvirtJobs(LibvirtConnections connections) {
    this.connections = connections;
    this.library = connections.library();
  }

  /** {@code COMPLETED}, and {@code KEEP_COMPLETED}: without it the first reader is the last. */
  private static final int KEPT_RECORD = 3;

  private final Map<UUID, CompletableFuture<Void>> aborts = new ConcurrentHashMap<>();

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
    return BlockJobs.of(
        targets,
        query ->
            connections.followGuest(
                source,
                domain,
                LibvirtConnections.GUEST_LIMIT,
                connect -> withDomain(connect, domain.toString(), query)));
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

  /**
   * Not through {@link DomainLookup#withDomain}: what libvirt says of a domain that left is wanted
   * here.
   */
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
    Map<String, String> aliases =
        connections
            .follow(
                source,
                domain,
                connect -> withDomain(connect, domain.toString(), found -> found.getXMLDesc(0)))
            .map(xml -> DomainXml.parse(xml).aliases())
            .orElseThrow();
    aliases.keySet().retainAll(targets);
    Batches.<String, Boolean>all(
        List.copyOf(aliases.values()),
        left ->
            Optional.of(
                connections.followGuest(
                    source,
                    domain,
                    LibvirtConnections.GUEST_LIMIT,
                    connect ->
                        Batches.BY_TIME.some(
                            left, alias -> limited(connect, domain, alias, mibPerSecond)))));
  }

  private boolean limited(PooledConnect connect, UUID domain, String alias, long mibPerSecond) {
    library.tellMonitor(connect, domain, MonitorCommand.setSpeed(alias, mibPerSecond));
    return true;
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
}
