package dev.virtferry.migration.control;

import static dev.virtferry.problem.ProblemType.DESTINATION_NOT_ALLOWED;
import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;
import static dev.virtferry.problem.ProblemType.HOST_NOT_FOUND;
import static dev.virtferry.problem.ProblemType.IDEMPOTENCY_CONFLICT;

import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.virtferry.access.Caller;
import dev.virtferry.access.Scope;
import dev.virtferry.host.Host;
import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.migration.IdempotencyKey;
import dev.virtferry.migration.IdempotencyRecord;
import dev.virtferry.migration.IllegalTransition;
import dev.virtferry.migration.ImagePromised;
import dev.virtferry.migration.KeyTaken;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationInProgress;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.Migrations;
import dev.virtferry.migration.Precondition;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.QueueFull;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.plan.Discretion;
import dev.virtferry.migration.plan.MigrationPlan;
import dev.virtferry.migration.plan.MigrationPlanner;
import dev.virtferry.migration.plan.ScopeRules;
import dev.virtferry.migration.plan.SourceSearch;
import dev.virtferry.migration.run.ActiveRuns;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Refused;
import dev.virtferry.trace.Traces;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** What clients can do with migrations. */
@Service
public class MigrationService {

  private static final Logger log = LoggerFactory.getLogger(MigrationService.class);

  private final Inventory inventory;
  private final SourceSearch search;
  private final MigrationPlanner planner;
  private final Migrations migrations;
  private final MigrationQueries queries;
  private final ActiveRuns runs;
  private final Traces traces;
  private final TimeBasedEpochGenerator ids = new TimeBasedEpochGenerator(null);
  private final Clock clock;

  public MigrationService(
      Inventory inventory,
      SourceSearch search,
      MigrationPlanner planner,
      Migrations migrations,
      MigrationQueries queries,
      ActiveRuns runs,
      Traces traces,
      Clock clock) {
    this.inventory = inventory;
    this.search = search;
    this.planner = planner;
    this.migrations = migrations;
    this.queries = queries;
    this.runs = runs;
    this.traces = traces;
    this.clock = clock;
  }

  /**
   * Accepts a migration after checking it against the live hosts, once for each key: the same
   * request again is answered with the migration that the first one made, as it is now.
   *
   * @param key null when the client sent none
   * @throws Refused when it can't be done like that, or when the key came with another request
   * @throws MigrationInProgress when the domain has a migration that has not ended
   * @throws QueueFull when as many of the caller's wait as may
   * @throws dev.virtferry.libvirt.HostUnreachable when a host could not be asked
   */
  public Accepted submit(MigrationSpec spec, Caller caller, @Nullable IdempotencyKey key) {
    Optional<Accepted> earlier = replayed(key, caller.scope());
    if (earlier.isPresent()) {
      return earlier.get();
    }
    try {
      MigrationSnapshot made = traces.span("accept", () -> accept(spec, caller, key));
      return new Accepted(made, false);
    } catch (MigrationInProgress e) {
      // The first use of the key may have come to its end while this one was being checked.
      return replayed(key, caller.scope()).orElseThrow(() -> e.to(caller.scope()));
    } catch (KeyTaken e) {
      return replayed(key, caller.scope()).orElseThrow(MigrationService::usedBefore);
    }
  }

  /** What was made under the key and has left the caller's scope since is not there for it. */
  private Optional<Accepted> replayed(@Nullable IdempotencyKey key, Scope scope) {
    if (key == null) {
      return Optional.empty();
    }
    Optional<IdempotencyRecord> kept =
        queries.keptUnder(key).filter(found -> found.migration().migration().plan().isIn(scope));
    if (kept.isPresent() && !kept.get().fingerprint().equals(key.fingerprint())) {
      throw usedForAnother(kept.get());
    }
    return kept.map(found -> new Accepted(found.migration(), true));
  }

  private static Refused usedForAnother(IdempotencyRecord kept) {
    return new Refused(
        Problem.at(
            "Idempotency-Key",
            IDEMPOTENCY_CONFLICT,
            "The key came with another request before, which made migration %s; use a new key."
                .formatted(kept.migration().migration().id())));
  }

  private static Refused usedBefore() {
    return new Refused(
        Problem.at(
            "Idempotency-Key",
            IDEMPOTENCY_CONFLICT,
            "The key came with another request before; use a new key."));
  }

  private MigrationSnapshot accept(
      MigrationSpec spec, Caller caller, @Nullable IdempotencyKey key) {
    MigrationPlan plan = plan(spec, caller.scope());
    MigrateCall call = plan.requirePossible();
    TransferPlan transfer = plan.transfer();
    var migration =
        Migration.accepted(ids.generate(), plan.spec(), transfer, call, clock.instant());
    Progress progress = Progress.initial(transfer);
    try {
      migrations.add(migration, progress, caller.name(), key);
    } catch (ImagePromised e) {
      throw promised(e, transfer, caller);
    }
    log.info(
        "Accepted migration {} of {} from {} to {}, disks {}, for {}",
        migration.id(),
        transfer.guest().name(),
        transfer.source(),
        transfer.destination(),
        transfer.targets(),
        caller.name());
    return new MigrationSnapshot(migration, progress);
  }

  /** The image was promised to a migration that was accepted after this one was planned. */
  private static Refused promised(ImagePromised image, TransferPlan transfer, Caller caller) {
    return new Refused(
        Discretion.of(
            Problem.at(
                "#/disks",
                DESTINATION_STORAGE,
                "%s on %s; wait for its end, or name another place in volumes."
                    .formatted(image.getMessage(), transfer.destination())),
            caller.scope()));
  }

  /**
   * Looks at the live hosts for what a migration would do. Nothing is kept or changed.
   *
   * @param scope of the caller; what is outside of it is answered like what is not there
   * @throws Refused when the domain or a host is not there
   * @throws MigrationInProgress when the domain has a migration that has not ended
   * @throws dev.virtferry.libvirt.HostUnreachable when a host could not be asked
   */
  public MigrationPlan plan(MigrationSpec spec, Scope scope) {
    Host destination = destination(spec, scope);
    ScopeRules.require(spec, scope);
    requireIdle(spec, scope);
    Host source = source(spec, scope);
    DomainDescription domain = planner.running(source, spec.domain(), scope);
    ScopeRules.require(spec, domain, scope);
    MigrationPlan plan = planner.plan(spec, domain, source, destination, null, scope);
    ScopeRules.require(plan.transfer(), scope);
    return plan;
  }

  /**
   * Asks for the end of a migration. A queued one ends at once, a running one when libvirt let go.
   *
   * @throws Refused when it is not as the client has seen it
   * @throws IllegalTransition when it is too late
   */
  public Optional<MigrationSnapshot> cancel(UUID id, Precondition seen) {
    if (queries.find(id).isEmpty()) {
      return Optional.empty();
    }
    migrations.change(id, "cancel requested", m -> seen.require(m).requestCancel(clock.instant()));
    runs.nudge(id);
    return queries.find(id);
  }

  /**
   * Ends a migration that is in trouble, by the word of a person. Touches no host.
   *
   * @throws Refused when it is not as the client has seen it
   * @throws IllegalTransition when it is not in trouble
   */
  public Optional<MigrationSnapshot> resolve(UUID id, String reason, Precondition seen) {
    if (queries.find(id).isEmpty()) {
      return Optional.empty();
    }
    migrations.change(
        id, "resolved by hand: " + reason, m -> seen.require(m).resolve(reason, clock.instant()));
    log.warn("Migration {} was ended by hand: {}", id, reason);
    runs.nudge(id);
    return queries.find(id);
  }

  /** During a migration both hosts know the domain; who asks again shall hear of the migration. */
  private void requireIdle(MigrationSpec spec, Scope scope) {
    queries.activeOf(spec.domain()).stream()
        .filter(active -> active.plan().isIn(scope))
        .filter(active -> concerns(active.plan(), spec.source()))
        .findFirst()
        .ifPresent(active -> {
          throw new MigrationInProgress(active);
        });
  }

  private static boolean concerns(TransferPlan transfer, @Nullable String source) {
    return source == null
        || source.equals(transfer.source())
        || source.equals(transfer.destination());
  }

  private Host destination(MigrationSpec spec, Scope scope) {
    return inventory
        .destination(spec.destUri())
        .filter(host -> scope.hasHost(host.name()))
        .orElseThrow(MigrationService::notAllowed);
  }

  private Host source(MigrationSpec spec, Scope scope) {
    String name = spec.source();
    if (name == null) {
      return search.runs(spec.domain(), scope);
    }
    return inventory
        .named(name)
        .filter(host -> scope.hasHost(host.name()))
        .orElseThrow(MigrationService::noSuchSource);
  }

  private static Refused noSuchSource() {
    return new Refused(
        Problem.at(
            "#/source",
            HOST_NOT_FOUND,
            "The inventory has no host of that name; use one of ferry.hosts."));
  }

  /** The same words for every reason, so that nothing can be learnt about hosts by asking. */
  private static Refused notAllowed() {
    return new Refused(
        Problem.at(
            "#/destUri",
            DESTINATION_NOT_ALLOWED,
            "Name a destination by the peer-uri that the inventory has for it, such as"
                + " qemu+tls://kvm-b/system."));
  }
}
