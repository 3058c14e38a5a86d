package dev.virtferry.migration.plan;

import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_FOUND;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_MIGRATABLE;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_RUNNING;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.plan.CallMapping.Definitions;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Looks at both live hosts for whether a domain can cross as it is asked to. Changes nothing. */
@Component
public final class MigrationPlanner {

  /** In characters. It is a part of each answer, and is stored with each change. */
  private static final int LONGEST_DEFINITION = 256 * 1024;

  private final DomainsInScope domains;
  private final Hypervisor hypervisor;
  private final HostChecks hosts;
  private final DestinationVolumes volumes;
  private final DiskPlanner disks;

  MigrationPlanner(
      DomainsInScope domains,
      Hypervisor hypervisor,
      HostChecks hosts,
      DestinationVolumes volumes,
      DiskPlanner disks) {
    this.domains = domains;
    this.hypervisor = hypervisor;
    this.hosts = hosts;
    this.volumes = volumes;
    this.disks = disks;
  }

  /**
   * The domain as the source describes it now.
   *
   * @param scope outside of which no domain is found
   * @throws Refused when the source has none of that name or UUID, or it does not run
   */
  public DomainDescription running(Host source, String nameOrUuid, Scope scope) {
    DomainDescription domain =
        domains
            .describe(source, nameOrUuid, scope)
            .orElseThrow(() ->
                refused(
                    DOMAIN_NOT_FOUND,
                    "Host %s has no domain '%s'; check the name or UUID."
                        .formatted(source.name(), nameOrUuid)));
    if (!domain.state().active()) {
      throw refused(
          DOMAIN_NOT_RUNNING,
          "Domain %s does not run on %s; start it first, only running domains are migrated."
              .formatted(domain.name(), source.name()));
    }
    return domain;
  }

  private static Refused refused(ProblemType type, String detail) {
    return new Refused(Problem.at("#/domain", type, detail));
  }

  /**
   * Plans a migration.
   *
   * @param self the migration that is planned again; null for a new one
   * @param scope of whoever is told of the plan
   */
  public MigrationPlan plan(
      Submission submission,
      DomainDescription domain,
      Host source,
      Host destination,
      @Nullable UUID self,
      Scope scope) {
    var crossing = new Crossing(submission, domain, source, destination);
    var checks = new PlanChecks();
    HostFacts here = hosts.versions(source, Subject.SOURCE, checks);
    HostFacts there = hosts.versions(destination, Subject.DESTINATION, checks);
    boolean two = hosts.lookForTwoHosts(crossing, checks);
    hosts.lookAtDomain(crossing, checks);
    hosts.lookForNamesakes(crossing, checks);
    DestinationVolumes.Look places = volumes.look(destination.address(), source.address());
    SelectedDisks selected = disks.select(crossing);
    List<CarriedDefinition> carried = hosts.carried(crossing);
    ArrivingFiles files = hosts.lookAtFiles(crossing, carried, selected, places, scope, checks);
    hosts.lookAtMachine(crossing, checks);
    PlacedDisks placed =
        disks.plan(crossing, selected, files, two ? places : null, self, scope, checks);
    Order order = crossing.order(placed, files.renamed(), carried);
    checks.add(
        Subject.OPTIONS, OptionRules.problems(order, destination, here, there), "all are known");
    return found(crossing, placed, checks, order);
  }

  private MigrationPlan found(
      Crossing crossing, PlacedDisks placed, PlanChecks checks, Order order) {
    Host source = crossing.source();
    Host destination = crossing.destination();
    boolean possible = checks.problems().isEmpty();
    return new MigrationPlan(
        source,
        destination,
        placed.choices(),
        placed.placement().images(),
        checks.checks(),
        checks.problems(),
        order,
        possible ? call(order, source, destination, false) : null);
  }

  /**
   * Looks again when the migration leaves the queue: the world may have changed meanwhile.
   *
   * @return what is done now: what was accepted, or less
   * @throws Refused when the order can't be carried out any more, or only by doing more
   */
  public Order recheck(Migration migration, Host source, Host destination) {
    Order order = migration.order();
    // Whoever accepted it was allowed to; a scope that became narrower since then stops nothing.
    DomainDescription domain = running(source, order.guest().uuid().toString(), Scope.EVERYTHING);
    // Its new name may be another tenant's, and who asked for this reads the error.
    if (!domain.name().equals(order.guest().name())) {
      throw refused(
          DOMAIN_NOT_FOUND,
          "The domain %s has another name now, and '%s' was to be moved; submit it anew."
              .formatted(order.guest().uuid(), order.guest().name()));
    }
    Order now =
        plan(anew(order), domain, source, destination, migration.id(), Scope.EVERYTHING)
            .requirePossible();
    now.beyond(order)
        .ifPresent(words -> {
          throw new Refused(
              Problem.of(
                  DESTINATION_STORAGE,
                  "%s That is more than what was accepted; look at a new plan and submit it anew."
                      .formatted(words)));
        });
    return now;
  }

  /** As if it were submitted now. */
  private static Submission anew(Order order) {
    boolean plain = order.disks().isEmpty();
    return new Submission(
        order.guest().uuid().toString(),
        order.destUri(),
        plain ? null : order.targets(),
        plain ? null : Objects.requireNonNull(order.copy()),
        order.volumes(),
        order.source(),
        order.priority(),
        order.options(),
        order.callbackUrl());
  }

  /**
   * What libvirt is given.
   *
   * @param secrets whether the definitions in it carry passwords; such a call is never shown or
   *     kept
   */
  public MigrateCall call(Order order, Host source, Host destination, boolean secrets) {
    return CallMapping.call(order, destination, definitions(order, source, secrets));
  }

  private @Nullable Definitions definitions(Order order, Host source, boolean secrets) {
    if (order.moves(Definition.LIVE).isEmpty()) {
      return null;
    }
    return new Definitions(
        definition(order, source, Definition.LIVE, secrets),
        order.guest().persistent() && order.persists()
            ? definition(order, source, Definition.PERSISTENT, secrets)
            : null);
  }

  private String definition(Order order, Host source, Definition which, boolean secrets) {
    String xml =
        hypervisor
            .queries()
            .definitionWithPaths(
                source.address(), order.guest().uuid(), which, secrets, order.moves(which));
    if (xml.length() > LONGEST_DEFINITION) {
      throw refused(
          DOMAIN_NOT_MIGRATABLE,
          String.format(
              Locale.ROOT,
              "The definition of %s has %d KiB, and libvirt is given it where a disk or file gets"
                  + " another place, or a copy is not what it says; virt-ferry keeps %d KiB at most."
                  + " Shorten its metadata, or leave volumes and destinationName out.",
              order.guest().name(),
              xml.length() / 1024,
              LONGEST_DEFINITION / 1024));
    }
    return xml;
  }
}
