package dev.virtferry.migration;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Migrations without a database, for tests of one thread. Each has its slot at once. */
public final class MigrationsInMemory implements Migrations, MigrationQueries, OwnImages {

  private static final String REPLICA = "test";

  private final Clock clock;
  private final Map<UUID, Kept> all = new LinkedHashMap<>();
  private final Map<UUID, Map<ImageName, VolumeMark>> own = new HashMap<>();

  public MigrationsInMemory(Clock clock) {
    this.clock = clock;
  }

  /** What is kept of one. */
  private static final class Kept {

    private Migration migration;
    private Progress progress;
    private int epoch;
    private final List<Transition> history = new ArrayList<>();

    private Kept(Migration migration, Progress progress) {
      this.migration = migration;
      this.progress = progress;
    }

    private MigrationSnapshot tracked() {
      return new MigrationSnapshot(migration, progress);
    }
  }

  @Override
  public void add(
      Migration migration, Progress progress, String caller, @Nullable IdempotencyKey key) {
    activeOf(migration.plan().guest().uuid().toString()).stream()
        .findFirst()
        .ifPresent(active -> {
          throw new MigrationInProgress(active);
        });
    var kept = new Kept(migration, progress);
    remember(kept, null, "accepted");
    all.put(migration.id(), kept);
  }

  private void remember(Kept kept, @Nullable MigrationState from, String cause) {
    kept.history.add(new Transition(clock.instant(), from, kept.migration.state(), cause, REPLICA));
  }

  @Override
  public Optional<IdempotencyRecord> keptUnder(IdempotencyKey key) {
    return Optional.empty();
  }

  @Override
  public Optional<MigrationSnapshot> find(UUID id) {
    return Optional.ofNullable(all.get(id)).map(Kept::tracked);
  }

  @Override
  public Map<UUID, String> etags(Collection<UUID> ids) {
    Map<UUID, String> etags = new HashMap<>();
    ids.forEach(id -> find(id).ifPresent(tracked -> etags.put(id, tracked.etag())));
    return etags;
  }

  @Override
  public List<Migration> activeOf(String nameOrUuid) {
    return underWay(transfer ->
            transfer.guest().name().equals(nameOrUuid)
                || transfer.guest().uuid().toString().equals(nameOrUuid))
        .stream()
        .map(MigrationSnapshot::migration)
        .toList();
  }

  @Override
  public List<MigrationSnapshot> underWayTo(String destination) {
    return underWay(transfer -> transfer.destination().equals(destination));
  }

  private List<MigrationSnapshot> underWay(Predicate<TransferPlan> which) {
    return all.values().stream()
        .filter(kept -> !kept.migration.state().terminal() && which.test(kept.migration.plan()))
        .map(Kept::tracked)
        .toList();
  }

  @Override
  public Map<ImageName, VolumeMark> of(UUID domain) {
    return Map.copyOf(own.getOrDefault(domain, Map.of()));
  }

  @Override
  public void forget(UUID domain, Map<ImageName, VolumeMark> changed) {
    changed.forEach((name, mark) -> own.getOrDefault(domain, new HashMap<>()).remove(name, mark));
  }

  private void settle(Migration ended) {
    own.values().forEach(images -> images.keySet().removeAll(OwnImage.touchedBy(ended)));
    Map<ImageName, VolumeMark> images =
        own.computeIfAbsent(ended.plan().guest().uuid(), _ -> new HashMap<>());
    ended.leaves().forEach(image -> images.put(image.name(), image.mark()));
  }

  /** From now on the image is known as the domain's own. */
  public void keep(UUID domain, ImageName image, VolumeMark mark) {
    own.computeIfAbsent(domain, _ -> new HashMap<>()).put(image, mark);
  }

  @Override
  public Traffic traffic(Scope scope) {
    throw new UnsupportedOperationException("No test of one thread asks for it");
  }

  @Override
  public MigrationQuery.Page list(MigrationQuery query) {
    throw new UnsupportedOperationException("No test of one thread asks for it");
  }

  @Override
  public List<Transition> history(UUID id) {
    return List.copyOf(kept(id).history);
  }

  private Kept kept(UUID id) {
    return Objects.requireNonNull(all.get(id));
  }

  @Override
  public Migration change(UUID id, String cause, UnaryOperator<Migration> verb) {
    Kept kept = kept(id);
    Migration before = kept.migration;
    Migration after = verb.apply(before);
    if (after.equals(before)) {
      return before;
    }
    kept.migration = after.versioned(before.version() + 1);
    if (after.state() != before.state()) {
      remember(kept, before.state(), cause);
    }
    if (after.state().terminal()) {
      settle(kept.migration);
    }
    return kept.migration;
  }

  @Override
  public Lease take(UUID id) {
    return new Lease(id, ++kept(id).epoch, null);
  }

  @Override
  public Migration current(Lease lease) {
    return held(lease).migration;
  }

  private Kept held(Lease lease) {
    Kept kept = kept(lease.migration());
    if (kept.epoch != lease.epoch()) {
      throw new LeaseLost(lease);
    }
    return kept;
  }

  @Override
  public Migration change(Lease lease, String cause, UnaryOperator<Migration> verb) {
    held(lease);
    return change(lease.migration(), cause, verb);
  }

  @Override
  public Progress progress(Lease lease) {
    return find(lease.migration()).orElseThrow().progress();
  }

  @Override
  public void report(Lease lease, Progress progress) {
    Kept kept = held(lease);
    kept.progress = progress.revised(kept.progress.revision() + 1);
  }
}
