package dev.virtferry.migration.run;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.access.Callers;
import dev.virtferry.access.Scope;
import dev.virtferry.disk.Disks;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.host.Host;
import dev.virtferry.host.Hosts;
import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.migration.Attention;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.MigrationsInMemory;
import dev.virtferry.migration.MovedClock;
import dev.virtferry.migration.Precondition;
import dev.virtferry.migration.Transition;
import dev.virtferry.migration.control.MigrationService;
import dev.virtferry.migration.options.LimitAction;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.plan.DomainsInScope;
import dev.virtferry.migration.plan.MigrationPlan;
import dev.virtferry.migration.plan.MigrationPlanner;
import dev.virtferry.migration.plan.Planners;
import dev.virtferry.migration.plan.SourceSearch;
import dev.virtferry.time.Moment;
import dev.virtferry.trace.NoTraces;
import dev.virtferry.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One migration from kvm-a to kvm-b in the test's own thread: it says what both hosts show, when a
 * look happens and what time it is. Everything between the request and libvirt is the service's.
 */
final class PlayedRun {

  static final Duration SETTLE = Duration.ofSeconds(5);
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final Duration AT_MOST = Duration.ofMinutes(2);

  private static final RunProperties PROPERTIES =
      new RunProperties(Duration.ZERO, SETTLE, PATIENCE, false);

  private static final StallLimits STALLS =
      new StallLimits(
          Duration.ofMinutes(5), LimitAction.CANCEL, Duration.ofMinutes(5), LimitAction.CANCEL);

  private final FakeHypervisor hosts = new FakeHypervisor();
  private final FakeStorage volumes = new FakeStorage();
  private final MovedClock clock = new MovedClock();
  private final MigrationsInMemory migrations = new MigrationsInMemory(clock);
  private final Traces traces = NoTraces.traces();
  private final Inventory inventory = Hosts.inventory("kvm-a", "kvm-b");
  private final Passages passages = passages();
  private final Queue<Runnable> whileWaiting = new ArrayDeque<>();
  private final MigrationService service;
  private final LiveTransfer transfer;

  /** Nothing is written in its images, so that libvirt tells how long they are. */
  private DomainDescription guest = taking(64 * MIB, 64 * MIB);

  private @Nullable UUID id;
  private @Nullable MigrationRun run;

  PlayedRun() {
    var runs = new ActiveRuns();
    var domains = new DomainsInScope(hosts.ports());
    MigrationPlanner planner = Planners.planner(domains, hosts.ports(), volumes, migrations);
    service =
        new MigrationService(
            inventory,
            new SourceSearch(Hosts.every(inventory), domains),
            planner,
            migrations,
            migrations,
            runs,
            traces,
            clock);
    var verifier = new BackingVerifier(Disks.content(volumes), clock);
    var maker =
        new VolumeMaker(
            Disks.volumes(volumes, hosts.ports()), Disks.removal(volumes, hosts.ports()));
    transfer =
        new LiveTransfer(
            passages,
            new Preparation(planner, verifier, maker, PROPERTIES, clock),
            traces,
            PROPERTIES,
            STALLS,
            clock);
    guest(guest);
  }

  private Passages passages() {
    var removal = Disks.removal(volumes, hosts.ports());
    var shown = new ShownVolumes(Disks.volumes(volumes, hosts.ports()));
    return new Passages(
        hosts.ports(),
        new BandwidthTuner(hosts.ports(), new SteeringProperties(false)),
        shown,
        new MadeVolumes(Disks.volumes(volumes, hosts.ports()), removal, shown),
        new Originals(removal, shown));
  }

  /** A guest with two disks, whose open files take so many bytes by the word of libvirt. */
  static DomainDescription taking(long vda, long vdb) {
    return Domains.running(
        "web", Domains.disk("vda").sized(64 * MIB, vda), Domains.disk("vdb").sized(64 * MIB, vdb));
  }

  FakeHypervisor hosts() {
    return hosts;
  }

  FakeStorage volumes() {
    return volumes;
  }

  DomainDescription guest() {
    return guest;
  }

  /** Another guest at the source, and not the one before. */
  void guest(DomainDescription other) {
    hosts.remove("kvm-a", guest.uuid());
    guest = other;
    hosts.put("kvm-a", guest);
  }

  /** A pool at the destination; the volumes of the guest's disks are not in it. */
  void poolAtTheDestination() {
    volumes.pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * MIB));
  }

  /** The same, and at the source the pool in which the guest's disks are. */
  void poolsOnBothHosts() {
    poolAtTheDestination();
    volumes.pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    raw("kvm-a", "vda.raw", 64 * MIB);
    raw("kvm-a", "vdb.raw", 64 * MIB);
  }

  /** A raw volume in the host's pool. */
  void raw(String host, String name, long bytes) {
    volumes.volume(
        host,
        new StorageVolume(
            "images", name, "/srv/" + name, "raw", bytes, 0, bytes, null, null, false, null, null));
  }

  /** An empty qcow2 volume of 64 MiB on a raw one. */
  void overlay(String host, String name, String beneath) {
    overlay(host, name, beneath, null);
  }

  /** The same, last written and changed at that time. */
  void overlay(String host, String name, String beneath, @Nullable Instant at) {
    volumes.volume(
        host,
        new StorageVolume(
            "images",
            name,
            "/srv/" + name,
            "qcow2",
            64 << 20,
            0,
            0,
            null,
            null,
            false,
            new StorageVolume.Backing(beneath, "raw"),
            at == null ? null : new StorageVolume.Timestamps(at, at)));
  }

  /** The same, last written and changed at that time. */
  void stamped(String host, String name, long bytes, long allocated, Instant at) {
    volumes.volume(
        host,
        new StorageVolume(
            "images",
            name,
            "/srv/" + name,
            "raw",
            bytes,
            allocated,
            bytes,
            null,
            null,
            false,
            null,
            new StorageVolume.Timestamps(at, at)));
  }

  // What a client does.

  /** Asks for both disks to be copied. */
  void submit(MigrationOptions options) {
    submit(new GivenSpec(guest.name()).copying("vda", "vdb").with(options).build());
  }

  void submit(MigrationSpec spec) {
    id = service.submit(spec, Callers.ADMIN, null).migration().migration().id();
  }

  /** Asks what would be done. */
  MigrationPlan plan(MigrationSpec spec) {
    return service.plan(spec, Scope.EVERYTHING);
  }

  void cancel() {
    service.cancel(id(), Precondition.NONE);
  }

  /** Ends it by hand. */
  void resolve(String reason) {
    service.resolve(id(), reason, Precondition.NONE);
  }

  // What the service does.

  /** Takes the migration, prepares both hosts and calls libvirt; or goes on with what it finds. */
  void begin() {
    try {
      run = transfer.begin(passage(), new WakeUp(), this::rest).orElse(null);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The migration and its hosts, for somebody else who takes it. */
  Passage passage() {
    var held = new LeasedMigration(migrations, migrations.take(id()), traces);
    Host source = inventory.named("kvm-a").orElseThrow();
    Host destination = inventory.named("kvm-b").orElseThrow();
    return passages.of(held, source, destination);
  }

  /** Asks for both disks to be copied, up to libvirt's call, which does not return. */
  void call(MigrationOptions options) {
    submit(options);
    begin();
    assertThat(run).as("libvirt is called").isNotNull();
  }

  /** The preparation waits for a host: does what comes next, and lets some time pass. */
  private boolean rest() {
    Optional.ofNullable(whileWaiting.poll()).ifPresent(Runnable::run);
    clock.move(BETWEEN_LOOKS);
    return false;
  }

  /** What happens the next time that the preparation waits for a host. */
  void whenItWaits(Runnable deed) {
    whileWaiting.add(deed);
  }

  /** Time passes, and it looks once; true when the migration has ended. */
  boolean look() {
    clock.move(BETWEEN_LOOKS);
    return Objects.requireNonNull(run, "libvirt was not called").step();
  }

  /** Time passes in which nobody looks. */
  void sleep(Duration time) {
    clock.move(time);
  }

  /** Somebody sets the clock. */
  void setTheClock(Duration by) {
    clock.set(by);
  }

  void lookFor(Duration time) {
    Moment began = clock.now();
    while (clock.now().within(time, began) && !migration().state().terminal()) {
      look();
    }
  }

  /** Looks for so long that what it saw the whole time is told. */
  void settle() {
    lookFor(SETTLE.plus(BETWEEN_LOOKS));
  }

  /** Looks until the migration is like that. */
  Migration lookUntil(Predicate<Migration> condition) {
    Moment began = clock.now();
    while (!condition.test(migration())) {
      assertThat(clock.now().since(began)).as("never so: %s", migration()).isLessThan(AT_MOST);
      look();
    }
    return migration();
  }

  Migration lookUntil(MigrationState state) {
    return lookUntil(migration -> migration.state() == state);
  }

  /** Looks until it has ended. */
  MigrationSnapshot lookUntilTheEnd() {
    lookUntil(migration -> migration.state().terminal());
    return now();
  }

  // What the hosts show.

  void source(DomainState state) {
    hosts.show("kvm-a", guest, state);
  }

  void destination(DomainState state) {
    hosts.show("kvm-b", guest, state);
  }

  /** Of the guest's open files libvirt tells from now on that they take that much; 0: nothing. */
  void takes(long vda, long vdb) {
    guest =
        Domains.withDisks(
            guest,
            Domains.disk("vda").sized(64 * MIB, vda),
            Domains.disk("vdb").sized(64 * MIB, vdb));
    hosts.put("kvm-a", guest);
  }

  /** So many bytes of vda are copied. */
  void copied(long bytes) {
    hosts.blockJob(guest.uuid(), "vda", bytes, 64 * MIB);
  }

  void memory(long processed, long remaining) {
    hosts.memory(guest.uuid(), 128 * MIB, processed, remaining);
  }

  /** libvirt has no job any more. */
  void jobIsOver() {
    hosts.job(guest.uuid(), Activity.NONE);
  }

  void callReturns() {
    hosts.endCall(guest.uuid());
  }

  void callFails(int code, int domain, String message) {
    hosts.endCall(guest.uuid(), new LibvirtFailure(code, domain, message));
  }

  /** Like after any migration: the destination runs it, the source does not know it. */
  void arrive() {
    destination(DomainState.RUNNING_MIGRATED);
    hosts.remove("kvm-a", guest.uuid());
    callReturns();
  }

  /** Like after any failure: the source runs it, the destination does not know it. */
  void rollBack() {
    hosts.rollBackTo("kvm-a");
  }

  // What became of it.

  private UUID id() {
    return Objects.requireNonNull(id, "nothing was asked for");
  }

  MigrationSnapshot now() {
    return migrations.find(id()).orElseThrow();
  }

  Migration migration() {
    return now().migration();
  }

  /** The guest left an image at the destination once, which looks as it did then. */
  void left(String name) {
    StorageVolume now = volumes.volume(new HostAddress("kvm-b", ""), "images", name).orElseThrow();
    migrations.keep(guest.uuid(), new ImageName("kvm-b", now.path()), VolumeMark.of(now));
  }

  /** The images that are known as the domain's own. */
  Map<ImageName, VolumeMark> own(UUID domain) {
    return migrations.of(domain);
  }

  List<Transition> history() {
    return migrations.history(id());
  }

  Failure failure() {
    return Objects.requireNonNull(migration().failure());
  }

  Attention attention() {
    return Objects.requireNonNull(migration().attention());
  }

  /** What became of volumes, such as {@code kvm-b vda MADE}. */
  List<String> fates() {
    return migration().volumes().stream()
        .map(volume -> "%s %s %s".formatted(volume.host(), volume.target(), volume.state()))
        .toList();
  }
}
