package dev.virtferry.libvirt;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.NamedFile.Kind;
import dev.virtferry.libvirt.xml.HostNeeds;
import dev.virtferry.libvirt.xml.MovedDefinition;
import dev.virtferry.libvirt.xml.NamedFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that show what a test tells them to. Nothing happens by itself: a test moves the domain,
 * ends the call, cuts a host off.
 */
public final class FakeHypervisor implements DomainQueries, DomainJobs, DomainControl {

  /** Itself, as the service is given it. */
  public Hypervisor ports() {
    return new Hypervisor(this, this, this);
  }

  private Runnable whenCompletedJobIsAsked = () -> {};

  /** The number of the run that was to be migrated, by domain. */
  private final Map<UUID, DomainRun> called = new ConcurrentHashMap<>();

  private final AtomicInteger starts = new AtomicInteger();

  /** No two answers that failed are told in the same words. */
  private final AtomicInteger silences = new AtomicInteger();

  private final Map<String, Map<UUID, DomainDescription>> domains = new ConcurrentHashMap<>();
  private final Map<UUID, DomainDescription> known = new ConcurrentHashMap<>();
  private final Map<String, List<DomainFiles>> definitions = new ConcurrentHashMap<>();
  private final Map<UUID, String> details = new ConcurrentHashMap<>();
  private final Set<String> unreachable = ConcurrentHashMap.newKeySet();
  private final Map<UUID, JobReading> jobs = new ConcurrentHashMap<>();
  private final Map<Watched, Consumer<DomainEvent>> watches = new ConcurrentHashMap<>();
  private final Map<UUID, CompletedJob> completedJobs = new ConcurrentHashMap<>();
  private final Map<UUID, Map<String, BlockJob>> blockJobs = new ConcurrentHashMap<>();
  private final Map<UUID, CompletableFuture<Void>> calls = new ConcurrentHashMap<>();
  private final List<MigrateCall> made = new CopyOnWriteArrayList<>();
  private final List<UUID> aborts = new CopyOnWriteArrayList<>();
  private volatile @Nullable LibvirtFailure untold;
  private final Set<String> locked = ConcurrentHashMap.newKeySet();
  private volatile boolean abortsRefused;
  private volatile boolean copiesHeedLibvirt;
  private volatile boolean resumptionsRefused;
  private volatile boolean destroyRefused;
  private final List<String> remarks = new CopyOnWriteArrayList<>();
  private final Map<String, Runnable> hindrances = new ConcurrentHashMap<>();
  private final List<String> begun = new CopyOnWriteArrayList<>();
  private final Map<String, List<Checkpoint>> checkpoints = new ConcurrentHashMap<>();
  private final Set<String> missingBitmaps = ConcurrentHashMap.newKeySet();
  private final Map<UUID, List<Hindrance>> migrationBlockers = new ConcurrentHashMap<>();
  private final Map<String, UUID> identities = new ConcurrentHashMap<>();
  private final Map<String, HostFacts> facts = new ConcurrentHashMap<>();
  private final Map<String, LibvirtFailure> refusals = new ConcurrentHashMap<>();
  private final Map<UUID, String> metadata = new ConcurrentHashMap<>();
  private final Map<String, Asker> askers = new ConcurrentHashMap<>();
  private final Map<String, Acceptance> machines = new ConcurrentHashMap<>();
  private final Map<Provided, Acceptance> provisions = new ConcurrentHashMap<>();

  private record Watched(String host, UUID domain) {}

  public void reset() {
    domains.clear();
    definitions.clear();
    details.clear();
    unreachable.clear();
    jobs.clear();
    called.clear();
    completedJobs.clear();
    blockJobs.clear();
    calls.clear();
    made.clear();
    aborts.clear();
    remarks.clear();
    hindrances.clear();
    begun.clear();
    migrationBlockers.clear();
    checkpoints.clear();
    missingBitmaps.clear();
    facts.clear();
    refusals.clear();
    identities.clear();
    askers.clear();
    metadata.clear();
    machines.clear();
    provisions.clear();
    untold = null;
    locked.clear();
    abortsRefused = false;
    copiesHeedLibvirt = false;
    resumptionsRefused = false;
    destroyRefused = false;
    whenCompletedJobIsAsked = () -> {};
  }

  /** What its definition has in it besides. */
  public void metadata(UUID domain, String text) {
    metadata.put(domain, text);
  }

  /** For whom the host was asked for its facts the last time. */
  public @Nullable Asker lastAsker(String host) {
    return askers.get(host);
  }

  public void put(String host, DomainDescription domain) {
    @Nullable DomainDescription before = at(host).get(domain.uuid());
    @Nullable DomainRun run = before == null ? null : before.run();
    if (!domain.state().active()) {
      run = null;
    } else if (run == null) {
      run = new DomainRun(starts.incrementAndGet(), 500);
    }
    DomainDescription now = Domains.as(domain, domain.state(), run);
    at(host).put(domain.uuid(), now);
    known.put(domain.uuid(), now);
  }

  /** The run of a domain that is on that host has used that much processor time by now. */
  public void spend(String host, DomainDescription domain, long cpuMillis) {
    DomainDescription now = Objects.requireNonNull(at(host).get(domain.uuid()));
    int id = Objects.requireNonNull(now.run()).id();
    DomainDescription later = Domains.as(now, now.state(), new DomainRun(id, cpuMillis));
    at(host).put(domain.uuid(), later);
  }

  /** As after the start of another daemon, runs are counted from one again. */
  public void countAnew() {
    starts.set(0);
  }

  /**
   * Every domain whose migration was called runs on that host as if it had never left, and the
   * calls have failed.
   */
  public void rollBackTo(String source) {
    unreachable.clear();
    for (MigrateCall call : made) {
      UUID domain = call.domain();
      domains.values().forEach(host -> host.remove(domain));
      DomainDescription last = Objects.requireNonNull(known.get(domain));
      at(source).put(domain, Domains.as(last, DomainState.RUNNING_BOOTED, called.get(domain)));
      job(domain, Activity.NONE);
      call(domain).completeExceptionally(new LibvirtFailure(9, 10, "rolled back"));
    }
  }

  public void remove(String host, UUID domain) {
    at(host).remove(domain);
  }

  /** The domain shows that condition on the host from now on; ABSENT removes it. */
  public void show(String host, DomainDescription domain, DomainState state) {
    if (state == DomainState.ABSENT) {
      remove(host, domain.uuid());
      return;
    }
    put(host, Domains.as(domain, state, null));
  }

  /** Why libvirt would refuse to migrate the domain. */
  public void hinder(UUID domain, String why) {
    hinder(domain, Hindrance.refused(why));
  }

  /** What stands in the way of the domain's migration. */
  public void hinder(UUID domain, Hindrance... all) {
    migrationBlockers.put(domain, List.of(all));
  }

  /** The host knows these checkpoints of the domain from now on. */
  public void checkpoints(String host, UUID domain, Checkpoint... all) {
    checkpoints.put(host + " " + domain, new ArrayList<>(List.of(all)));
  }

  /**
   * What happens from now on before a host does what it is told; it may throw.
   *
   * @param deed such as {@code resume kvm-a}, {@code autostart kvm-b}, or {@code redefine kvm-b
   *     first} for a checkpoint
   */
  public void before(String deed, Runnable hindrance) {
    hindrances.put(deed, hindrance);
  }

  /** How often a host was told to do that, whatever became of it. */
  public long asked(String deed) {
    return begun.stream().filter(deed::equals).count();
  }

  private void begin(String deed) {
    begun.add(deed);
    hindrances.getOrDefault(deed, () -> {}).run();
  }

  /** The host has no bitmap of that checkpoint. */
  public void withoutBitmap(String checkpoint) {
    missingBitmaps.add(checkpoint);
  }

  /** The host has that UUID from now on; another one may have the same. */
  public void identify(String host, UUID identity) {
    identities.put(host, identity);
  }

  public void identifyAsBefore(String host) {
    identities.remove(host);
  }

  /** The host has this version of libvirt from now on. */
  public void version(String host, long libvirt) {
    facts.put(host, new HostFacts(libvirt, 7_002_000));
  }

  /** What the host says of every machine type from now on. */
  public void machines(String host, Acceptance acceptance) {
    machines.put(host, acceptance);
  }

  public void cutOff(String host) {
    unreachable.add(host);
  }

  /** The host answers, and refuses whatever it is asked. */
  public void refuse(String host, LibvirtFailure why) {
    refusals.put(host, why);
  }

  public void bringBack(String host) {
    refusals.remove(host);
    unreachable.remove(host);
  }

  public void job(UUID domain, Activity activity) {
    jobs.put(domain, JobReading.without(activity));
  }

  public void memory(UUID domain, long total, long processed, long remaining) {
    jobs.put(
        domain,
        new JobReading(
            Activity.RUNNING, new JobReading.Memory(total, processed, remaining, 1, 0, 0), 12));
  }

  /** The host has these news of the domain; whoever watches hears them. */
  public void news(String host, UUID domain, DomainEvent news) {
    watches.getOrDefault(new Watched(host, domain), _ -> {}).accept(news);
  }

  /** The hosts on which that domain is watched. */
  public Set<String> watched(UUID domain) {
    return watches.keySet().stream()
        .filter(watched -> watched.domain().equals(domain))
        .map(Watched::host)
        .collect(toSet());
  }

  /** What others do while the destination is asked for what it keeps of a migration. */
  public void whenCompletedJobIsAsked(Runnable deed) {
    whenCompletedJobIsAsked = deed;
  }

  /** What the destination tells of a migration that arrived. */
  public void completed(UUID domain, CompletedJob job) {
    completedJobs.put(domain, job);
  }

  public void blockJob(UUID domain, String target, long done, long total) {
    blockJobs
        .computeIfAbsent(domain, _ -> new ConcurrentHashMap<>())
        .put(target, new BlockJob(done, total, 0));
  }

  /** From now on libvirt tells nothing of the copies of that domain's disks. */
  public void forgetBlockJobs(UUID domain) {
    blockJobs.remove(domain);
  }

  /** From now on disk copies take the bandwidth that libvirt is told. */
  public void heedBandwidth() {
    copiesHeedLibvirt = true;
  }

  /** Whether QEMU says that a post-copy that is to go on still runs. */
  public void refuseResumptions(boolean refused) {
    resumptionsRefused = refused;
  }

  /** From now on libvirt says that there is no job to abort. */
  public void refuseAborts() {
    abortsRefused = true;
  }

  /** From now on no domain can be destroyed. */
  public void refuseToDestroy() {
    destroyRefused = true;
  }

  /** Ends the call that migrates that domain, as soon as it is made. */
  public void endCall(UUID domain) {
    call(domain).complete(null);
  }

  public void endCall(UUID domain, Throwable error) {
    call(domain).completeExceptionally(error);
  }

  /** A migration is under way a moment before its call is made. */
  private CompletableFuture<Void> call(UUID domain) {
    return await("the call for " + domain).until(() -> calls.get(domain), Objects::nonNull);
  }

  public List<MigrateCall> made() {
    return List.copyOf(made);
  }

  public List<UUID> aborts() {
    return List.copyOf(aborts);
  }

  /** What was set on domains, such as {@code downtime 300} or {@code autostart kvm-b}. */
  public List<String> remarks() {
    return List.copyOf(remarks);
  }

  @Override
  public UUID identity(HostAddress host) {
    requireReachable(host);
    return identities.getOrDefault(
        host.name(),
        UUID.nameUUIDFromBytes(host.name().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Override
  public HostFacts facts(HostAddress host) {
    askers.put(host.name(), Asker.present());
    requireReachable(host);
    return facts.getOrDefault(host.name(), new HostFacts(9_000_000, 7_002_000));
  }

  @Override
  public List<DomainName> domains(HostAddress host) {
    requireReachable(host);
    return at(host.name()).values().stream()
        .map(domain -> new DomainName(domain.name(), domain.uuid()))
        .toList();
  }

  @Override
  public Optional<String> name(HostAddress host, UUID domain) {
    requireReachable(host);
    return Optional.ofNullable(at(host.name()).get(domain)).map(DomainDescription::name);
  }

  @Override
  public List<Hindrance> migrationBlockers(HostAddress source, UUID domain) {
    return migrationBlockers.getOrDefault(domain, List.of());
  }

  @Override
  public List<DomainFiles> namedFiles(HostAddress host) {
    requireReachable(host);
    if (locked.contains(host.name())) {
      throw HostUnreachable.locked(host.name(), "its daemon does not tell of all of its domains");
    }
    @Nullable LibvirtFailure refusal = untold;
    if (refusal != null) {
      throw refusal.ofOthers();
    }
    List<DomainFiles> all = new ArrayList<>(definitions.getOrDefault(host.name(), List.of()));
    for (DomainDescription domain : at(host.name()).values()) {
      all.add(new DomainFiles(domain.uuid(), files(domain), List.of()));
    }
    return all;
  }

  private static List<NamedFile> files(DomainDescription domain) {
    return domain.disks().stream()
        .map(DomainDisk::image)
        .filter(Objects::nonNull)
        .flatMap(image ->
            Stream.concat(
                Stream.of(file(image, false)),
                image.chain().stream().map(beneath -> file(beneath, true))))
        .toList();
  }

  private static NamedFile file(DiskImage image, boolean readOnly) {
    Kind kind =
        switch (image.type()) {
          case VOLUME -> Kind.VOLUME;
          case NETWORK -> Kind.NETWORK;
          case DIR -> Kind.FOLDER;
          case FILE, BLOCK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> Kind.PATH;
        };
    return new NamedFile(
        "devices/disk/source",
        image.type().name().toLowerCase(Locale.ROOT),
        kind,
        image.location(),
        image.format(),
        readOnly);
  }

  /** From now on libvirt says this when it is asked for what the domains of a host name. */
  public void refuseToNameFiles(LibvirtFailure failure) {
    untold = failure;
  }

  /** The host's daemon keeps a domain locked, so that it can't list them, or does so no more. */
  public void lock(String host, boolean locks) {
    if (locks) {
      locked.add(host);
    } else {
      locked.remove(host);
    }
  }

  /** A domain of the host that does not run; of its definition only the files matter. */
  public void define(String host, UUID domain, String xml) {
    definitions
        .computeIfAbsent(host, _ -> new CopyOnWriteArrayList<>())
        .add(new DomainFiles(domain, NamedFiles.in(xml), List.of()));
  }

  /** One that runs; of its definition only the files, and where it listens, matter. */
  public void run(String host, UUID domain, String xml) {
    definitions
        .computeIfAbsent(host, _ -> new CopyOnWriteArrayList<>())
        .add(new DomainFiles(domain, NamedFiles.in(xml), HostNeeds.listening(xml)));
  }

  /** Whether the host has what a domain needs, from now on; it has all of which nothing is said. */
  public void provide(String host, Need need, Acceptance acceptance) {
    provisions.put(new Provided(host, need), acceptance);
  }

  private record Provided(String host, Need need) {}

  @Override
  public Map<Need, Acceptance> provides(HostAddress host, Machine machine, List<Need> needs) {
    requireReachable(host);
    var all = new Acceptance(Acceptance.Answer.YES, "");
    return needs.stream()
        .collect(
            toMap(
                need -> need,
                need -> provisions.getOrDefault(new Provided(host.name(), need), all)));
  }

  /** What else is in the definition of that domain, which is on a host. */
  public void describe(UUID domain, String xml) {
    details.put(domain, xml);
  }

  @Override
  public CarriedDefinition carried(HostAddress source, UUID domain, Definition definition) {
    requireReachable(source);
    return Optional.ofNullable(details.get(domain))
        .map(xml -> MovedDefinition.read(xml, definition))
        .orElseGet(
            () -> new CarriedDefinition(List.of(), Set.of(), Set.of(), disks(domain), List.of()));
  }

  private List<DomainDisk> disks(UUID domain) {
    return Optional.ofNullable(known.get(domain)).map(DomainDescription::disks).orElse(List.of());
  }

  @Override
  public Acceptance acceptsMachineType(HostAddress host, Machine machine) {
    return machines.getOrDefault(
        host.name(), new Acceptance(Acceptance.Answer.YES, machine.type()));
  }

  @Override
  public Acceptance acceptsCpu(HostAddress host, Machine machine) {
    return new Acceptance(Acceptance.Answer.YES, "the host can show the guest the same CPU");
  }

  @Override
  public String definitionWithPaths(
      HostAddress source, UUID domain, Definition definition, boolean secrets, Relocation places) {
    return "<domain>%s %s %s%s</domain>"
        .formatted(
            definition,
            secrets ? "secret" : "open",
            places.files().isEmpty() ? said(places) : places,
            metadata.getOrDefault(domain, ""));
  }

  private static Map<String, String> said(Relocation places) {
    return places.disks().entrySet().stream()
        .collect(
            toMap(
                Map.Entry::getKey,
                disk -> Objects.requireNonNullElse(disk.getValue().place(), "alone")));
  }

  @Override
  public Optional<DomainState> glance(HostAddress host, String nameOrUuid) {
    return describe(host, nameOrUuid).map(DomainDescription::state);
  }

  @Override
  public Optional<DomainDescription> describe(HostAddress host, String nameOrUuid) {
    requireReachable(host);
    Map<UUID, DomainDescription> all = at(host.name());
    return uuid(nameOrUuid)
        .map(uuid -> Optional.ofNullable(all.get(uuid)))
        .orElseGet(() ->
            new ArrayList<>(all.values())
                .stream().filter(d -> d.name().equals(nameOrUuid)).findFirst());
  }

  @Override
  public List<DomainDescription> describe(HostAddress host, List<UUID> domains) {
    return domains.stream().flatMap(domain -> describe(host, domain.toString()).stream()).toList();
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return Optional.of(UUID.fromString(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public DomainCondition condition(HostAddress host, UUID domain) {
    requireReachable(host);
    @Nullable DomainDescription found = at(host.name()).get(domain);
    return found == null
        ? DomainCondition.ABSENT
        : new DomainCondition(
            found.name(), found.state(), untimed(found.run()), found.persistent());
  }

  private static @Nullable DomainRun untimed(@Nullable DomainRun run) {
    return run == null ? null : new DomainRun(run.id(), 0);
  }

  @Override
  public Optional<DomainRun> run(HostAddress host, UUID domain) {
    requireReachable(host);
    remarks.add("run " + host.name());
    return Optional.ofNullable(Objects.requireNonNull(at(host.name()).get(domain)).run());
  }

  @Override
  public JobReading job(HostAddress source, UUID domain) {
    return jobs.getOrDefault(domain, JobReading.without(Activity.NONE));
  }

  @Override
  public Optional<CompletedJob> completedJob(HostAddress destination, UUID domain) {
    whenCompletedJobIsAsked.run();
    if (!completedJobs.containsKey(domain)) {
      throw new HostUnreachable(destination.name(), "it does not want to tell");
    }
    return Optional.ofNullable(completedJobs.get(domain));
  }

  @Override
  public Watch watch(HostAddress host, UUID domain, Consumer<DomainEvent> onNews) {
    var watched = new Watched(host.name(), domain);
    watches.put(watched, onNews);
    return () -> watches.remove(watched, onNews);
  }

  @Override
  public Map<String, BlockJob> blockJobs(HostAddress source, UUID domain, List<String> targets) {
    requireReachable(source);
    return Map.copyOf(blockJobs.getOrDefault(domain, Map.of()));
  }

  @Override
  public CompletableFuture<Void> migrate(HostAddress source, MigrateCall call) {
    CompletableFuture<Void> ended = begun(source, call);
    // Who waits for a call that was made ends it next.
    made.add(call);
    return ended;
  }

  private CompletableFuture<Void> begun(HostAddress source, MigrateCall call) {
    @Nullable DomainDescription leaving = at(source.name()).get(call.domain());
    if (leaving != null && leaving.run() != null) {
      called.put(call.domain(), leaving.run());
    }
    if (call.flags().contains(MigrateFlag.POSTCOPY_RESUME)) {
      return resumptionsRefused
          ? CompletableFuture.failedFuture(
              new LibvirtFailure(55, 10, "QEMU reports migration is still running"))
          : calls.compute(call.domain(), (_, _) -> new CompletableFuture<>());
    }
    jobs.putIfAbsent(call.domain(), JobReading.without(Activity.RUNNING));
    return calls.computeIfAbsent(call.domain(), _ -> new CompletableFuture<>());
  }

  @Override
  public void abort(HostAddress source, UUID domain) {
    requireReachable(source);
    if (abortsRefused) {
      throw new LibvirtFailure(55, 10, "no job is active on the domain");
    }
    aborts.add(domain);
  }

  @Override
  public void setMaxDowntime(HostAddress source, UUID domain, long millis) {
    remarks.add("downtime " + millis);
  }

  @Override
  public void setBandwidth(HostAddress source, UUID domain, long mibPerSecond) {
    requireReachable(source);
    remarks.add("bandwidth " + mibPerSecond);
    if (copiesHeedLibvirt) {
      limitCopies(domain, mibPerSecond);
    }
  }

  @Override
  public void setCopyBandwidth(
      HostAddress source, UUID domain, List<String> targets, long mibPerSecond) {
    requireReachable(source);
    remarks.add("monitor " + targets + " " + mibPerSecond);
    limitCopies(domain, mibPerSecond);
  }

  private void limitCopies(UUID domain, long mibPerSecond) {
    blockJobs
        .getOrDefault(domain, Map.of())
        .replaceAll((_, job) -> new BlockJob(job.doneBytes(), job.totalBytes(), mibPerSecond));
  }

  @Override
  public void startPostCopy(HostAddress source, UUID domain) {
    requireReachable(source);
    remarks.add("post-copy " + source.name());
  }

  @Override
  public void suspend(HostAddress host, UUID domain) {
    requireReachable(host);
    remarks.add("suspend " + host.name());
    show(
        host.name(),
        Objects.requireNonNull(at(host.name()).get(domain)),
        DomainState.PAUSED_MIGRATION);
  }

  @Override
  public void resume(HostAddress host, UUID domain) {
    requireReachable(host);
    begin("resume " + host.name());
    remarks.add("resume " + host.name());
    show(
        host.name(),
        Objects.requireNonNull(at(host.name()).get(domain)),
        DomainState.RUNNING_UNPAUSED);
  }

  @Override
  public void destroy(HostAddress host, UUID domain) {
    requireReachable(host);
    if (destroyRefused) {
      throw new LibvirtFailure(38, 10, "Failed to terminate process with SIGKILL");
    }
    remarks.add("destroy " + host.name());
    show(
        host.name(),
        Objects.requireNonNull(at(host.name()).get(domain)),
        DomainState.SHUTOFF_DESTROYED);
  }

  @Override
  public void undefine(HostAddress host, UUID domain) {
    requireReachable(host);
    begin("undefine " + host.name());
    remarks.add("undefine " + host.name());
    remove(host.name(), domain);
  }

  @Override
  public List<Checkpoint> checkpoints(HostAddress source, UUID domain) {
    requireReachable(source);
    return List.copyOf(known(source.name(), domain));
  }

  @Override
  public void redefineCheckpoint(HostAddress host, UUID domain, Checkpoint checkpoint) {
    requireReachable(host);
    begin("redefine " + host.name() + " " + checkpoint.name());
    if (missingBitmaps.contains(checkpoint.name())) {
      throw new LibvirtFailure(109, 10, "missing or broken bitmap");
    }
    known(host.name(), domain).remove(checkpoint);
    known(host.name(), domain).add(checkpoint);
  }

  @Override
  public void forgetCheckpoints(HostAddress host, UUID domain, Set<String> names) {
    requireReachable(host);
    remarks.add("forget " + String.join(" ", new TreeSet<>(names)) + " " + host.name());
    known(host.name(), domain).removeIf(checkpoint -> names.contains(checkpoint.name()));
  }

  private List<Checkpoint> known(String host, UUID domain) {
    return checkpoints.computeIfAbsent(host + " " + domain, _ -> new ArrayList<>());
  }

  @Override
  public void setAutostart(HostAddress host, UUID domain, boolean autostart) {
    requireReachable(host);
    begin("autostart " + host.name());
    remarks.add("autostart " + host.name());
  }

  private Map<UUID, DomainDescription> at(String host) {
    return domains.computeIfAbsent(host, _ -> new ConcurrentHashMap<>());
  }

  private void requireReachable(HostAddress host) {
    @Nullable LibvirtFailure sick = refusals.get(host.name());
    if (sick != null) {
      throw sick;
    }
    if (unreachable.contains(host.name())) {
      throw new HostUnreachable(
          host.name(), "secret words of libvirt about socket " + silences.incrementAndGet());
    }
  }
}
