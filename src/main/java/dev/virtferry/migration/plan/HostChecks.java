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
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Hindrance;
import dev.virtferry.libvirt.Hindrance.Weight;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.migration.AtSource;
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

  /** Whether source and destination are two. */
  boolean lookForTwoHosts(Crossing crossing, PlanChecks checks) {
    Optional<String> why = whyOne(crossing);
    why.ifPresentOrElse(
        words -> checks.failed(Subject.TWO_HOSTS, Problem.at("#/destUri", SAME_HOST, words)),
        () ->
            checks.passed(
                Subject.TWO_HOSTS,
                crossing.source().name() + " and " + crossing.destination().name()));
    return why.isEmpty();
  }

  /** Why libvirt takes both for one host; empty when it does not. */
  private Optional<String> whyOne(Crossing crossing) {
    Host source = crossing.source();
    Host destination = crossing.destination();
    if (source.equals(destination)) {
      return Optional.of(
          "Domain %s runs on that host already; name another one."
              .formatted(crossing.domain().name()));
    }
    return identity(source).equals(identity(destination))
        ? Optional.of(
            "%s and %s have one host UUID, and libvirt moves nothing between such: one was cloned from"
                    .formatted(source.name(), destination.name())
                + " the other, or both names lead to one host. Give one of two a host_uuid of its own"
                + " in libvirtd.conf (virtqemud.conf with modular daemons), and start its daemon anew.")
        : Optional.empty();
  }

  private UUID identity(Host host) {
    return hypervisor.queries().identity(host.address());
  }

  void lookAtDomain(Crossing crossing, PlanChecks checks) {
    DomainDescription domain = crossing.domain();
    List<Hindrance> found = new ArrayList<>();
    if (abortsAtOnce(crossing)) {
      found.add(
          Hindrance.refused(
              "It is paused by an I/O error, at which options.abortOnIoError ends a migration; mend"
                  + " its storage and resume it first, or leave the option out."));
    }
    found.addAll(
        hypervisor.queries().migrationBlockers(crossing.source().address(), domain.uuid()));
    Map<Weight, List<String>> hindrances =
        found.stream()
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

  private static boolean abortsAtOnce(Crossing crossing) {
    return crossing.domain().state() == DomainState.PAUSED_IOERROR
        && crossing.options().domain().abortOnIoError();
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

  void lookForNamesakes(Crossing crossing, PlanChecks checks) {
    Host destination = crossing.destination();
    for (String known : List.of(crossing.domain().uuid().toString(), crossing.newName())) {
      if (hypervisor.queries().glance(destination.address(), known).isPresent()) {
        checks.failed(
            Subject.NAME_AND_UUID,
            Problem.at(
                "#/destUri",
                DESTINATION_CONFLICT,
                "%s already has a domain '%s'; remove it there, or choose another destination."
                    .formatted(destination.name(), known)));
        return;
      }
    }
    checks.passed(Subject.NAME_AND_UUID, "both are free on " + destination.name());
  }

  /**
   * What the domain opens at the destination besides its disks.
   *
   * @param selected the disks that are copied
   * @param scope of whoever is told of the plan
   */
  ArrivingFiles lookAtFiles(
      Crossing crossing,
      SelectedDisks selected,
      DestinationVolumes.Look places,
      Scope scope,
      PlanChecks checks) {
    DomainDescription domain = crossing.domain();
    Host destination = crossing.destination();
    SeenAsDisks disks = selected.seen(crossing);
    List<NamedFile> opened =
        opened(crossing).stream().filter(file -> !disks.have(file)).map(places::placed).toList();
    ArrivingFiles files = ArrivingFiles.of(opened, domain.name(), crossing.newName());
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

  private List<NamedFile> opened(Crossing crossing) {
    DomainDescription domain = crossing.domain();
    HostAddress source = crossing.source().address();
    List<NamedFile> opened = new ArrayList<>();
    opened.addAll(hypervisor.queries().openedFiles(source, domain.uuid(), Definition.LIVE));
    if (domain.persistent() && Boolean.TRUE.equals(crossing.options().domain().persist())) {
      opened.addAll(hypervisor.queries().openedFiles(source, domain.uuid(), Definition.PERSISTENT));
    }
    return opened;
  }

  private static Problem taken(NamedFile file, String path, String words, Host destination) {
    return Problem.at(
        "#/destUri",
        DESTINATION_CONFLICT,
        "%s: the domain would open %s on %s, which %s; free it there, or change the definition."
            .formatted(file.place(), path, destination.name(), words));
  }

  /** Whether the destination can run it. */
  void lookAtMachine(Crossing crossing, PlanChecks checks) {
    DomainDescription domain = crossing.domain();
    Host destination = crossing.destination();
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
      case NO ->
          checks.failed(
              subject,
              Problem.at(
                  "#/destUri",
                  DOMAIN_NOT_MIGRATABLE,
                  "%s can't run this domain: %s. Choose another destination."
                      .formatted(destination.name(), acceptance.words())));
    }
  }
}
