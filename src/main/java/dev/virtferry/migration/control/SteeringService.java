package dev.virtferry.migration.control;

import dev.virtferry.host.Host;
import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.migration.Completion;
import dev.virtferry.migration.Guest;
import dev.virtferry.migration.IllegalTransition;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Migrations;
import dev.virtferry.migration.Precondition;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.Tuning;
import dev.virtferry.migration.options.OptionsPatch;
import dev.virtferry.migration.run.ActiveRuns;
import dev.virtferry.migration.run.BandwidthTuner;
import dev.virtferry.migration.truth.TruthTable;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/**
 * What clients can do with a migration that is on its way. Each wish is kept with the migration, so
 * that the run that carries it, here or in another replica, does it and a crash does not lose it.
 */
@Service
public class SteeringService {

  private static final Logger log = LoggerFactory.getLogger(SteeringService.class);

  private final Migrations migrations;
  private final MigrationQueries queries;
  private final ActiveRuns runs;
  private final Inventory inventory;
  private final Hypervisor hypervisor;
  private final BandwidthTuner tuner;

  SteeringService(
      Migrations migrations,
      MigrationQueries queries,
      ActiveRuns runs,
      Inventory inventory,
      Hypervisor hypervisor,
      BandwidthTuner tuner) {
    this.migrations = migrations;
    this.queries = queries;
    this.runs = runs;
    this.inventory = inventory;
    this.hypervisor = hypervisor;
    this.tuner = tuner;
  }

  /**
   * Changes the limits of a migration; those of a running job at once, so that the answer tells
   * what they reach.
   *
   * @throws Refused when it is not as the client has seen it
   * @throws IllegalTransition when it is too late
   * @throws dev.virtferry.libvirt.LibvirtFailure when libvirt refuses
   * @throws dev.virtferry.libvirt.HostUnreachable when the source could not be asked
   */
  public Optional<MigrationSnapshot> retune(UUID id, OptionsPatch wish, Precondition seen) {
    return steered(
        id,
        seen,
        migration -> {
          migration.retune(wish, null);
          Long bandwidth = wish.bandwidthMiBps();
          return migration.state() == MigrationState.MIGRATING && bandwidth != null
              ? told(id, wish, bandwidth, seen)
              : m -> seen.require(m).retune(wish, null);
        },
        "other limits were asked for");
  }

  /**
   * Tells the job. It is claimed before, so that of two clients who have seen the same only one
   * tells it anything.
   */
  private UnaryOperator<Migration> told(
      UUID id, OptionsPatch wish, long bandwidth, Precondition seen) {
    Migration claimed =
        migrations.change(
            id,
            "about to change the bandwidth",
            m -> {
              seen.require(m).retune(wish, null);
              return m.claim();
            });
    TransferPlan transfer = claimed.plan();
    Tuning done = tuner.tune(named(transfer.source()).address(), transfer, bandwidth).orElse(null);
    // Whom the job obeyed last is not known when another changed it meanwhile: the run tells it.
    return m ->
        m.retune(
            wish, Objects.equals(m.status().tuning(), claimed.status().tuning()) ? done : null);
  }

  /**
   * Brings the memory copy to its end, now or as soon as it begins.
   *
   * @throws IllegalTransition when it is too late
   * @throws Refused for post-copy without the option that allows it, or when the migration is not
   *     as the client has seen it
   */
  public Optional<MigrationSnapshot> complete(UUID id, Completion by, Precondition seen) {
    return steered(
        id,
        seen,
        migration -> {
          if (by == Completion.POST_COPY && !migration.options().memory().postCopy()) {
            throw withoutPostCopy();
          }
          return m -> seen.require(m).complete(by);
        },
        "asked to complete by " + by);
  }

  private static Refused withoutPostCopy() {
    return new Refused(
        Problem.at(
            "#/by",
            ProblemType.OPTION_NOT_SUPPORTED,
            "The migration was started without options.postCopy, which can't be changed any"
                + " more; use SUSPEND."));
  }

  /**
   * Goes on with a post-copy whose link was lost.
   *
   * @throws IllegalTransition when it has ended or never allowed post-copy
   * @throws Refused when the source does not show that the link was lost, or the migration is not
   *     as the client has seen it
   */
  public Optional<MigrationSnapshot> resumePostCopy(UUID id, Precondition seen) {
    return steered(
        id,
        seen,
        migration -> {
          migration.resumePostCopy();
          requireLost(migration);
          return m -> seen.require(m).resumePostCopy();
        },
        "asked to go on with post-copy");
  }

  private void requireLost(Migration migration) {
    TransferPlan transfer = migration.plan();
    if (!TruthTable.resumable(
        state(transfer.source(), transfer.guest()),
        state(transfer.destination(), transfer.guest()))) {
      throw new Refused(
          Problem.of(
              ProblemType.MIGRATION_NOT_RESUMABLE,
              "The hosts do not show a post-copy that was broken off and has both of its halves;"
                  + " there is nothing to go on with."));
    }
  }

  private DomainState state(String host, Guest guest) {
    return hypervisor.jobs().condition(named(host).address(), guest.uuid()).state();
  }

  /** Looks at the migration as it is, and applies the verb that comes of that. */
  private Optional<MigrationSnapshot> steered(UUID id, Precondition seen, Look look, String cause) {
    Optional<MigrationSnapshot> found = queries.find(id);
    if (found.isEmpty()) {
      return found;
    }
    UnaryOperator<Migration> verb = look.at(seen.require(found.get().migration()));
    migrations.change(id, cause, verb);
    log.info("Migration {}: {}", id, cause);
    runs.nudge(id);
    return queries.find(id);
  }

  @FunctionalInterface
  private interface Look {
    UnaryOperator<Migration> at(Migration migration);
  }

  private Host named(String name) {
    return inventory
        .named(name)
        .orElseThrow(() ->
            new Refused(
                Problem.of(
                    ProblemType.HOST_NOT_FOUND,
                    "%s is no longer in the inventory; put it back into ferry.hosts."
                        .formatted(name))));
  }
}
