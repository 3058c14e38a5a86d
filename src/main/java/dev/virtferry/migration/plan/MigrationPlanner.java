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
import dev.virtferry.migration.Guest;
import dev.virtferry.migration.HostIdentities;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.plan.CallMapping.Definitions;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Looks at both live hosts for whether a domain can be migrated as it is asked. Changes nothing.
 */
@Component
public final class MigrationPlanner {

  /** In characters. It is a part of each answer, and is stored with each change. */
  private static final int LONGEST_DEFINITION = 256 * 1024;

  private final DomainsInScope domains;
  private final Hypervisor hypervisor;
  private final HostChecks hosts;
  private final Prerequisites needs;
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
    this.needs = new Prerequisites(hypervisor);
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
        domains.describe(source, nameOrUuid, scope).orElseThrow(() -> noDomain(source, nameOrUuid));
    if (!domain.state().active()) {
      throw refused(
          DOMAIN_NOT_RUNNING,
          "Domain %s does not run on %s; start it first, only running domains are migrated."
              .formatted(domain.name(), source.name()));
    }
    return domain;
  }

  private static Refused noDomain(Host source, String nameOrUuid) {
    return refused(
        DOMAIN_NOT_FOUND,
        "Host %s has no domain '%s'; check the name or UUID.".formatted(source.name(), nameOrUuid));
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
      MigrationSpec spec,
      DomainDescription domain,
      Host source,
      Host destination,
      @Nullable UUID self,
      Scope scope) {
    var input = new PlanInput(spec, domain, source, destination);
    var checks = new PlanChecks();
    HostFacts here = hosts.versions(source, Subject.SOURCE, checks);
    HostFacts there = hosts.versions(destination, Subject.DESTINATION, checks);
    @Nullable HostIdentities two = hosts.lookForTwoHosts(input, checks);
    hosts.lookAtDomain(input, checks);
    hosts.lookForNamesakes(input, checks);
    DestinationVolumes.Look places = volumes.look(destination.address(), source.address());
    SelectedDisks selected = disks.select(input);
    List<CarriedDefinition> carried = hosts.carried(input);
    ArrivingFiles files = hosts.lookAtFiles(input, carried, selected, places, scope, checks);
    needs.look(input, carried, places, scope, checks);
    hosts.lookAtMachine(input, checks);
    PlacedDisks placed =
        disks.plan(input, selected, files, two == null ? null : places, self, scope, checks);
    disks.lookAtNextStart(input, selected, placed, carried, checks);
    TransferPlan transfer = input.transfer(placed, files.renamed(), carried, two);
    lookAtOptions(input, transfer, Math.min(here.libvirt(), there.libvirt()), checks);
    return found(input, placed, checks, transfer);
  }

  private static void lookAtOptions(
      PlanInput input, TransferPlan transfer, long libvirt, PlanChecks checks) {
    checks.add(
        Subject.OPTIONS,
        OptionRules.problems(transfer, input.options(), input.destination(), libvirt),
        "all are known");
  }

  private MigrationPlan found(
      PlanInput input, PlacedDisks placed, PlanChecks checks, TransferPlan transfer) {
    boolean possible = checks.problems().isEmpty();
    return new MigrationPlan(
        input.source(),
        input.destination(),
        placed.choices(),
        placed.placement().images(),
        checks.checks(),
        checks.problems(),
        input.spec().decidedBy(transfer),
        transfer,
        possible ? call(input, transfer) : null);
  }

  /**
   * Looks again when the migration leaves the queue: the world may have changed meanwhile.
   *
   * @return a plan of what was accepted, or of less
   * @throws Refused when it can't be carried out any more, or only by doing more
   */
  public MigrationPlan recheck(Migration migration, Host source, Host destination) {
    // Whoever accepted it was allowed to; a scope that became narrower since then stops nothing.
    Scope scope = Scope.EVERYTHING;
    MigrationSpec spec = migration.spec().with(migration.options());
    TransferPlan accepted = migration.plan();
    DomainDescription domain = running(source, spec.domain(), scope);
    requireSameName(domain, accepted.guest());
    MigrationPlan now = plan(spec, domain, source, destination, migration.id(), scope);
    now.requirePossible();
    now.transfer()
        .beyond(accepted, spec.options().storage().sourceVolumes())
        .ifPresent(words -> {
          throw new Refused(
              Problem.of(
                  DESTINATION_STORAGE,
                  "%s That is more than what was accepted; look at a new plan and submit it anew."
                      .formatted(words)));
        });
    return now;
  }

  /** Its new name may be another tenant's, and who asked for this reads the error. */
  private static void requireSameName(DomainDescription domain, Guest accepted) {
    if (!domain.name().equals(accepted.name())) {
      throw refused(
          DOMAIN_NOT_FOUND,
          "The domain %s has another name now, and '%s' was to be moved; submit it anew."
              .formatted(accepted.uuid(), accepted.name()));
    }
  }

  private MigrateCall call(PlanInput input, TransferPlan transfer) {
    return call(transfer, input.options(), input.source(), input.destination(), false);
  }

  /**
   * The plan's call as libvirt is given it, with the passwords that its definitions carry. It is
   * never shown or kept.
   *
   * @throws Refused when something is in the way
   */
  public MigrateCall callWithSecrets(MigrationPlan plan) {
    MigrateCall shown = plan.requirePossible();
    return plan.transfer().moves(Definition.LIVE).isEmpty()
        ? shown
        : call(plan.transfer(), plan.spec().options(), plan.source(), plan.destination(), true);
  }

  private MigrateCall call(
      TransferPlan transfer,
      MigrationOptions options,
      Host source,
      Host destination,
      boolean secrets) {
    return CallMapping.call(
        transfer, options, destination, definitions(transfer, options, source, secrets));
  }

  private @Nullable Definitions definitions(
      TransferPlan transfer, MigrationOptions options, Host source, boolean secrets) {
    if (transfer.moves(Definition.LIVE).isEmpty()) {
      return null;
    }
    boolean persistent = transfer.guest().persistent();
    return new Definitions(
        definition(transfer, source, Definition.LIVE, secrets),
        persistent && options.persists(persistent)
            ? definition(transfer, source, Definition.PERSISTENT, secrets)
            : null);
  }

  private String definition(TransferPlan transfer, Host source, Definition which, boolean secrets) {
    String xml =
        hypervisor
            .queries()
            .definitionWithPaths(
                source.address(), transfer.guest().uuid(), which, secrets, transfer.moves(which));
    if (xml.length() > LONGEST_DEFINITION) {
      throw tooLong(transfer.guest().name(), xml.length());
    }
    return xml;
  }

  private static Refused tooLong(String domain, int length) {
    return refused(
        DOMAIN_NOT_MIGRATABLE,
        String.format(
            Locale.ROOT,
            "The definition of %s has %d KiB, and libvirt is given it where a disk or file gets"
                + " another place, or a copy is not what it says; virt-ferry keeps %d KiB at most."
                + " Shorten its metadata, or leave volumes and destinationName out.",
            domain,
            length / 1024,
            LONGEST_DEFINITION / 1024));
  }
}
