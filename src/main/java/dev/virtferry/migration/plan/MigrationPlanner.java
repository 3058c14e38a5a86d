package dev.virtferry.migration.plan;

import static dev.virtferry.problem.ProblemType.DESTINATION_CONFLICT;
import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_FOUND;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_MIGRATABLE;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_RUNNING;
import static dev.virtferry.problem.ProblemType.SAME_HOST;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.CopyWish;
import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.DiskChoice;
import dev.virtferry.disk.DiskSelection;
import dev.virtferry.disk.Placement;
import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.disk.Selection;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.DomainOptions;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.OwnImages;
import dev.virtferry.migration.plan.CallMapping.Definitions;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Looks at both live hosts for whether a domain can cross as it is asked to. Changes nothing. */
@Component
public final class MigrationPlanner {

  private final DomainsInScope domains;
  private final Hypervisor hypervisor;
  private final Storage storage;
  private final DiskSelection selection;
  private final DestinationVolumes volumes;
  private final MigrationQueries queries;
  private final OwnImages ownImages;

  public MigrationPlanner(
      DomainsInScope domains,
      Hypervisor hypervisor,
      Storage storage,
      DiskSelection selection,
      DestinationVolumes volumes,
      MigrationQueries queries,
      OwnImages ownImages) {
    this.domains = domains;
    this.hypervisor = hypervisor;
    this.storage = storage;
    this.selection = selection;
    this.volumes = volumes;
    this.queries = queries;
    this.ownImages = ownImages;
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
    var checks = new PlanChecks();
    HostFacts here = versions(source, Subject.SOURCE, checks);
    HostFacts there = versions(destination, Subject.DESTINATION, checks);
    boolean two = lookForTwoHosts(domain, source, destination, checks);
    lookAtDomain(domain, source, checks);
    lookForNamesakes(submission, domain, destination, checks);
    DestinationVolumes.Look places = volumes.look(destination.address(), source.address());
    ArrivingFiles files =
        lookAtFiles(submission, domain, source, destination, places, scope, checks);
    lookAtMachine(domain, destination, checks);
    List<StoragePool> pools = storage.pools(source.address());
    Selection selected =
        selection.select(domain.disks(), pools, submission.disks(), submission.copy());
    checks.add(Subject.DISKS, selected.problems(), "every disk can go or stay as asked");
    Placement placement =
        two
            ? Discretion.of(
                places.plan(
                    wish(submission, domain, selected, others(selected, destination), self), pools),
                scope)
            : Placement.NONE;
    checks.add(
        Subject.STORAGE,
        placement.obstacles().stream().map(Obstacle::problem).toList(),
        "every copy has a place");
    placement.unseen().forEach(words -> checks.unknown(Subject.STORAGE, words));
    placement.doubts().forEach(words -> checks.unknown(Subject.STORAGE, words));
    ownImages.forget(domain.uuid(), placement.changed());
    Order order =
        order(submission, domain, source, destination, selected, placement, files.renamed());
    checks.add(
        Subject.OPTIONS, OptionRules.problems(order, destination, here, there), "all are known");
    boolean possible = checks.problems().isEmpty();
    return new MigrationPlan(
        source,
        destination,
        selected.choices().stream().map(choice -> choice(choice, placement)).toList(),
        placement.images(),
        checks.checks(),
        checks.problems(),
        order,
        possible ? call(order, source, destination, false) : null);
  }

  private HostFacts versions(Host host, Subject subject, PlanChecks checks) {
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

  private boolean lookForTwoHosts(
      DomainDescription domain, Host source, Host destination, PlanChecks checks) {
    boolean same =
        source.equals(destination)
            || hypervisor
                .queries()
                .identity(source.address())
                .equals(hypervisor.queries().identity(destination.address()));
    if (same) {
      checks.failed(
          Subject.TWO_HOSTS,
          Problem.at(
              "#/destUri",
              SAME_HOST,
              "Domain %s runs on that host already; name another one.".formatted(domain.name())));
    } else {
      checks.passed(Subject.TWO_HOSTS, source.name() + " and " + destination.name());
    }
    return !same;
  }

  private void lookAtDomain(DomainDescription domain, Host source, PlanChecks checks) {
    List<String> migrationBlockers = hypervisor.queries().migrationBlockers(source.address(), domain.uuid());
    if (migrationBlockers.isEmpty()) {
      checks.passed(Subject.DOMAIN, "nothing hinders a migration");
    } else {
      checks.failed(
          Subject.DOMAIN,
          new Problem(
              DOMAIN_NOT_MIGRATABLE,
              "Domain %s can't be migrated as it is. %s"
                  .formatted(domain.name(), String.join(" ", migrationBlockers)),
              migrationBlockers.stream().map(why -> new FieldError("#/domain", why)).toList()));
    }
  }

  private void lookForNamesakes(
      Submission submission, DomainDescription domain, Host destination, PlanChecks checks) {
    String name = nameThere(submission, domain);
    for (String known : List.of(domain.uuid().toString(), name)) {
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

  private static String nameThere(Submission submission, DomainDescription domain) {
    return Objects.requireNonNullElse(
        submission.options().domain().destinationName(), domain.name());
  }

  private ArrivingFiles lookAtFiles(
      Submission submission,
      DomainDescription domain,
      Host source,
      Host destination,
      DestinationVolumes.Look places,
      Scope scope,
      PlanChecks checks) {
    ArrivingFiles files =
        ArrivingFiles.of(
            opened(submission, domain, source), domain.name(), nameThere(submission, domain));
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

  private List<NamedFile> opened(Submission submission, DomainDescription domain, Host source) {
    DomainOptions options = submission.options().decidedFor(domain.persistent()).domain();
    List<NamedFile> opened = new ArrayList<>();
    opened.addAll(hypervisor.queries().openedFiles(source.address(), domain.uuid(), Definition.LIVE));
    if (domain.persistent() && Boolean.TRUE.equals(options.persist())) {
      // What the guest has now is looked at as a disk, with the place of its copy.
      List<String> now =
          domain.disks().stream()
              .map(DomainDisk::image)
              .flatMap(Stream::ofNullable)
              .map(DiskImage::location)
              .toList();
      hypervisor.queries().openedFiles(source.address(), domain.uuid(), Definition.PERSISTENT).stream()
          .filter(file -> !now.contains(file.name()))
          .forEach(opened::add);
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

  private void lookAtMachine(DomainDescription domain, Host destination, PlanChecks checks) {
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

  /** The migrations that may want the same room and the same images. */
  private List<MigrationSnapshot> others(Selection selected, Host destination) {
    return selected.chosen().isEmpty() ? List.of() : queries.underWayTo(destination.name());
  }

  private CopyWish wish(
      Submission submission,
      DomainDescription domain,
      Selection selected,
      List<MigrationSnapshot> others,
      @Nullable UUID self) {
    return new CopyWish(
        domain.uuid(),
        selected.chosen(),
        selected.staying(),
        submission.disks() != null,
        submission.copy() == null ? CopyMode.FULL : submission.copy(),
        submission.options().storage().verifyBacking(),
        submission.volumes(),
        Reservations.bytes(others, self),
        Reservations.images(others, domain.uuid()),
        submission.options().storage().overwrite(),
        selected.chosen().isEmpty() ? Map.of() : ownImages.of(domain.uuid()));
  }

  private static DiskChoice choice(DiskChoice choice, Placement placement) {
    return placement.obstacles().stream()
        .filter(obstacle -> choice.disk().target().equals(obstacle.target()))
        .findFirst()
        .map(obstacle -> choice.blocked(obstacle.problem().detail()))
        .orElse(choice);
  }

  private static Order order(
      Submission submission,
      DomainDescription domain,
      Host source,
      Host destination,
      Selection selected,
      Placement placement,
      Map<String, String> renamed) {
    CopyMode mode = submission.copy() == null ? CopyMode.FULL : submission.copy();
    return new Order(
        guest(domain),
        source.name(),
        destination.name(),
        destination.peerUri(),
        placement.volumes(),
        selected.chosen().isEmpty() ? null : mode,
        submission.volumes(),
        submission.options().storage().detectZeroes()
            ? selected.chosen().stream().filter(DomainDisk::unmaps).map(DomainDisk::target).toList()
            : List.of(),
        submission.options().decidedFor(domain.persistent()),
        submission.priority(),
        submission.callbackUrl(),
        renamed);
  }

  private static Order.Guest guest(DomainDescription domain) {
    @Nullable DomainRun run = domain.run();
    return new Order.Guest(
        domain.name(),
        domain.uuid(),
        run == null ? null : run.id(),
        run == null ? 0 : run.cpuMillis(),
        domain.memoryBytes(),
        domain.persistent(),
        domain.autostart(),
        AtSource.of(domain.state()) == AtSource.PAUSED);
  }

  /**
   * Looks again when the migration leaves the queue: the world may have changed meanwhile.
   *
   * @return what is done now: what was accepted, or less
   * @throws Refused when the order can't be carried out any more, or only by doing more
   */
  public Order recheck(Migration migration, Host source, Host destination) {
    Order order = migration.order();
    boolean plain = order.disks().isEmpty();
    var submission =
        new Submission(
            order.guest().uuid().toString(),
            order.destUri(),
            plain ? null : order.targets(),
            plain ? null : Objects.requireNonNull(order.copy()),
            order.volumes(),
            order.source(),
            order.priority(),
            order.options(),
            order.callbackUrl());
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
        plan(submission, domain, source, destination, migration.id(), Scope.EVERYTHING)
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
    if (order.moves().isEmpty()) {
      return null;
    }
    return new Definitions(
        definition(order, source, Definition.LIVE, secrets),
        order.guest().persistent() && order.persists()
            ? definition(order, source, Definition.PERSISTENT, secrets)
            : null);
  }

  private String definition(Order order, Host source, Definition which, boolean secrets) {
    return hypervisor.queries().definitionWithPaths(
        source.address(), order.guest().uuid(), which, secrets, order.moves());
  }
}
