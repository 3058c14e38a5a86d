package dev.virtferry.migration.plan;

import static dev.virtferry.problem.ProblemType.DESTINATION_CONFLICT;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_MIGRATABLE;
import static dev.virtferry.problem.ProblemType.MIGRATION_IN_PROGRESS;
import static dev.virtferry.problem.ProblemType.SAME_HOST;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Hindrance;
import dev.virtferry.libvirt.Hindrance.Weight;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.HostIdentities;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Looks at both live hosts for whether a domain can be at the destination, its disks apart. Each
 * look tells what it found, once or more.
 */
@Component
final class HostChecks {

  private final Hypervisor hypervisor;

  HostChecks(Hypervisor hypervisor) {
    this.hypervisor = hypervisor;
  }

  /** What the host says of itself. */
  HostFacts versions(Host host, Subject subject, PlanChecks checks) {
    HostFacts facts = hypervisor.queries().facts(host.address());
    checks.passed(
        subject,
        "%s: libvirt %s, hypervisor %s"
            .formatted(
                host.name(),
                HostFacts.words(facts.libvirt()),
                HostFacts.words(facts.hypervisor())));
    return facts;
  }

  /** Whether source and destination are two, and what they call themselves; null if not. */
  @Nullable HostIdentities lookForTwoHosts(PlanInput input, PlanChecks checks) {
    Host source = input.source();
    Host destination = input.destination();
    if (source.equals(destination)) {
      checks.failed(
          Subject.TWO_HOSTS,
          sameHost(
              "Domain %s runs on that host already; name another one."
                  .formatted(input.domain().name())));
      return null;
    }
    var identities = new HostIdentities(identity(source), identity(destination));
    if (identities.source().equals(identities.destination())) {
      checks.failed(
          Subject.TWO_HOSTS,
          sameHost(
              "%s and %s have one host UUID, and libvirt moves nothing between such: one was cloned from"
                      .formatted(source.name(), destination.name())
                  + " the other, or both names lead to one host. Give one of two a host_uuid of its own"
                  + " in libvirtd.conf (virtqemud.conf with modular daemons), and start its daemon anew."));
      return null;
    }
    checks.passed(Subject.TWO_HOSTS, source.name() + " and " + destination.name());
    return identities;
  }

  private static Problem sameHost(String words) {
    return Problem.at("#/destUri", SAME_HOST, words);
  }

  private UUID identity(Host host) {
    return hypervisor.queries().identity(host.address());
  }

  void lookAtDomain(PlanInput input, PlanChecks checks) {
    DomainDescription domain = input.domain();
    Map<Weight, List<String>> hindrances =
        hindrances(input).stream()
            .collect(
                groupingBy(
                    Hindrance::weight,
                    () -> new EnumMap<>(Weight.class),
                    mapping(Hindrance::words, toList())));
    hindrances.forEach((weight, words) -> tell(domain, weight, words, checks));
    if (hindrances.isEmpty()) {
      checks.passed(Subject.DOMAIN, "nothing hinders a migration" + howItArrives(domain));
    }
  }

  private List<Hindrance> hindrances(PlanInput input) {
    List<Hindrance> found = new ArrayList<>();
    if (abortsAtOnce(input)) {
      found.add(
          Hindrance.refused(
              "It is paused by an I/O error, at which options.abortOnIoError ends a migration; mend"
                  + " its storage and resume it first, or leave the option out."));
    }
    found.addAll(
        hypervisor.queries().migrationBlockers(input.source().address(), input.domain().uuid()));
    return found;
  }

  private static boolean abortsAtOnce(PlanInput input) {
    return input.domain().state() == DomainState.PAUSED_IOERROR
        && input.options().domain().abortOnIoError();
  }

  private static String howItArrives(DomainDescription domain) {
    return AtSource.of(domain.state()) == AtSource.PAUSED
        ? "; it is %s, and will arrive paused".formatted(domain.state().words())
        : "";
  }

  private static void tell(
      DomainDescription domain, Weight weight, List<String> words, PlanChecks checks) {
    switch (weight) {
      case UNKNOWN -> words.forEach(word -> checks.unknown(Subject.DOMAIN, word));
      case MIGRATING ->
          checks.failed(Subject.DOMAIN, hindered(domain, MIGRATION_IN_PROGRESS, words));
      case REFUSED -> checks.failed(Subject.DOMAIN, hindered(domain, DOMAIN_NOT_MIGRATABLE, words));
    }
  }

  private static Problem hindered(DomainDescription domain, ProblemType type, List<String> words) {
    return new Problem(
        type,
        "Domain %s can't be migrated as it is. %s"
            .formatted(domain.name(), String.join(" ", words)),
        words.stream().map(why -> new FieldError("#/domain", why)).toList());
  }

  void lookForNamesakes(PlanInput input, PlanChecks checks) {
    Host destination = input.destination();
    boolean told = true;
    for (String known : List.of(input.domain().uuid().toString(), input.newName())) {
      Optional<Boolean> there = isThere(destination, known);
      if (there.orElse(false)) {
        checks.failed(Subject.NAME_AND_UUID, alreadyHas(destination, known));
        return;
      }
      told &= there.isPresent();
    }
    if (told) {
      checks.passed(Subject.NAME_AND_UUID, "both are free on " + destination.name());
    } else {
      checks.unknown(
          Subject.NAME_AND_UUID,
          "%s does not tell now whether it has such a domain, as its daemon keeps one locked; libvirt"
                  .formatted(destination.name())
              + " looks before it takes the guest in.");
    }
  }

  /** Empty where the host does not tell, and knows of none. */
  private Optional<Boolean> isThere(Host host, String nameOrUuid) {
    try {
      return Optional.of(hypervisor.queries().glance(host.address(), nameOrUuid).isPresent());
    } catch (HostUnreachable e) {
      if (e.reason() == HostUnreachable.Reason.UNLISTED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Problem alreadyHas(Host destination, String known) {
    return Problem.at(
        "#/destUri",
        DESTINATION_CONFLICT,
        "%s already has a domain '%s'; remove it there, or choose another destination."
            .formatted(destination.name(), known));
  }

  /** The definitions that the destination gets: of its run, and for its next start. */
  List<CarriedDefinition> carried(PlanInput input) {
    UUID domain = input.domain().uuid();
    HostAddress source = input.source().address();
    List<CarriedDefinition> carried = new ArrayList<>();
    carried.add(hypervisor.queries().carried(source, domain, Definition.LIVE));
    if (input.persists()) {
      carried.add(hypervisor.queries().carried(source, domain, Definition.PERSISTENT));
    }
    return carried;
  }

  /**
   * What the domain opens at the destination besides its disks.
   *
   * @param carried its definitions
   * @param selected the disks that are copied
   * @param scope of whoever is told of the plan
   */
  ArrivingFiles lookAtFiles(
      PlanInput input,
      List<CarriedDefinition> carried,
      SelectedDisks selected,
      DestinationVolumes.Look places,
      Scope scope,
      PlanChecks checks) {
    DomainDescription domain = input.domain();
    Host destination = input.destination();
    List<NamedFile> opened = besides(selected.seen(input), carried, places);
    ArrivingFiles files = ArrivingFiles.of(opened, domain.name(), input.newName());
    Map<String, List<String>> others = places.namers(files.paths(false), domain.uuid());
    Map<String, List<String>> writers = places.writers(files.paths(true), domain.uuid());
    List<Problem> problems =
        files.opened().stream()
            .flatMap(file ->
                (file.readOnly() ? writers : others)
                    .getOrDefault(files.path(file), List.of()).stream()
                        .map(words -> taken(file, files.path(file), words, destination)))
            .map(problem -> Discretion.of(problem, scope))
            .distinct()
            .toList();
    checks.add(
        Subject.FILES,
        problems,
        "nobody on %s has what it opens besides its disks".formatted(destination.name()));
    return files;
  }

  private static List<NamedFile> besides(
      SeenAsDisks disks, List<CarriedDefinition> carried, DestinationVolumes.Look places) {
    return carried.stream()
        .flatMap(definition -> definition.opened().stream())
        .filter(file -> !disks.have(file))
        .map(places::placed)
        // The two definitions may name one disk by its path and by its pool.
        .filter(file -> !disks.have(file))
        .toList();
  }

  private static Problem taken(NamedFile file, String path, String words, Host destination) {
    return Problem.at(
        "#/destUri",
        DESTINATION_CONFLICT,
        "%s: the domain would open %s on %s, which %s; free it there, or change the definition."
            .formatted(file.place(), path, destination.name(), words));
  }

  /** Whether the destination can run it. */
  void lookAtMachine(PlanInput input, PlanChecks checks) {
    DomainDescription domain = input.domain();
    Host destination = input.destination();
    note(
        Subject.MACHINE_TYPE,
        hypervisor.queries().acceptsMachineType(destination.address(), domain.machine()),
        destination,
        checks);
    note(
        Subject.CPU,
        hypervisor.queries().acceptsCpu(destination.address(), domain.machine()),
        destination,
        checks);
  }

  private static void note(
      Subject subject, Acceptance acceptance, Host destination, PlanChecks checks) {
    switch (acceptance.answer()) {
      case YES -> checks.passed(subject, acceptance.words());
      case UNKNOWN -> checks.unknown(subject, acceptance.words());
      case NO -> checks.failed(subject, cannotRun(destination, acceptance));
    }
  }

  private static Problem cannotRun(Host destination, Acceptance acceptance) {
    return Problem.at(
        "#/destUri",
        DOMAIN_NOT_MIGRATABLE,
        "%s can't run this domain: %s. Choose another destination."
            .formatted(destination.name(), acceptance.words()));
  }
}
