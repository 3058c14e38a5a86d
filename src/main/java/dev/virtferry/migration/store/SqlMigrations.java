package dev.virtferry.migration.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.virtferry.access.Scope;
import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.migration.IdempotencyKey;
import dev.virtferry.migration.IdempotencyRecord;
import dev.virtferry.migration.KeyTaken;
import dev.virtferry.migration.Lease;
import dev.virtferry.migration.LeaseLost;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationInProgress;
import dev.virtferry.migration.MigrationQuery;
import dev.virtferry.migration.MigrationQuery.Page;
import dev.virtferry.migration.MigrationQuery.Position;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Migrations;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Traffic;
import dev.virtferry.migration.Transition;
import dev.virtferry.sql.Patience;
import dev.virtferry.trace.Traces;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.support.TransactionOperations;

/** {@link Migrations} in H2 or PostgreSQL. Every change is a conditional update of one row. */
@Repository
class SqlMigrations implements Migrations {

  private final JdbcClient sql;
  private final TransactionOperations transactions;
  private final MigrationDocuments documents;
  private final Admission admission;
  private final PromisedImages images;
  private final OwnImages ownImages;
  private final WebhookOutbox outbox;
  private final MigrationMeters meters;
  private final RetentionProperties retention;
  private final Replica replica;
  private final Traces traces;
  private final Clock clock;

  /** Clients read the same migrations again and again; two numbers tell whether one has changed. */
  private final Cache<UUID, MigrationSnapshot> readLately =
      Caffeine.newBuilder().maximumSize(2_000).build();

  SqlMigrations(
      JdbcClient sql,
      TransactionOperations transactions,
      MigrationDocuments documents,
      Admission admission,
      PromisedImages images,
      OwnImages ownImages,
      WebhookOutbox outbox,
      MigrationMeters meters,
      RetentionProperties retention,
      Replica replica,
      Traces traces,
      Clock clock) {
    this.sql = sql;
    this.transactions = transactions;
    this.documents = documents;
    this.admission = admission;
    this.images = images;
    this.ownImages = ownImages;
    this.outbox = outbox;
    this.meters = meters;
    this.retention = retention;
    this.replica = replica;
    this.traces = traces;
    this.clock = clock;
  }

  @Override
  public void add(
      Migration migration, Progress progress, String caller, @Nullable IdempotencyKey key) {
    try {
      transactions.executeWithoutResult(_ -> {
        insert(migration, progress, caller);
        images.promise(migration);
        if (key != null) {
          remember(key, migration.id());
        }
        remember(migration.id(), null, migration.state(), "accepted");
        entered(new MigrationSnapshot(migration, progress));
        admission.admit();
        admission.requireRoom(caller);
      });
    } catch (DuplicateKeyException e) {
      UUID domain = migration.order().guest().uuid();
      throw activeOf(domain.toString()).stream()
          .findFirst()
          .<RuntimeException>map(active -> new MigrationInProgress(active))
          .orElseGet(() -> key == null ? e : new KeyTaken(key));
    }
  }

  private void remember(IdempotencyKey key, UUID migration) {
    sql.sql(
            """
            delete from idempotency
             where caller = :caller and client_key = :key and created_at < :forgotten
            """)
        .param("caller", key.caller())
        .param("key", key.key())
        .param("forgotten", keysForgotten())
        .update();
    sql.sql(
            """
            insert into idempotency (caller, client_key, fingerprint, migration_id, created_at)
            values (:caller, :key, :fingerprint, :migration, :now)
            """)
        .param("caller", key.caller())
        .param("key", key.key())
        .param("fingerprint", key.fingerprint())
        .param("migration", migration)
        .param("now", clock.instant().atOffset(ZoneOffset.UTC))
        .update();
  }

  private OffsetDateTime keysForgotten() {
    return clock.instant().minus(retention.idempotencyKeys()).atOffset(ZoneOffset.UTC);
  }

  @Override
  public Optional<IdempotencyRecord> keptUnder(IdempotencyKey key) {
    return sql.sql(
            """
            select m.version, m.document, p.revision, p.document as progress, i.fingerprint
              from idempotency i
              join migration m on m.id = i.migration_id
              join migration_progress p on p.migration_id = m.id
             where i.caller = :caller and i.client_key = :key and i.created_at >= :forgotten
            """)
        .param("caller", key.caller())
        .param("key", key.key())
        .param("forgotten", keysForgotten())
        .query((rs, row) -> new IdempotencyRecord(tracked(rs, row), rs.getString("fingerprint")))
        .optional();
  }

  private void insert(Migration migration, Progress progress, String caller) {
    sql.sql(
            """
            insert into migration (id, version, epoch, state, domain_name, domain_uuid,
                                   active_domain, source, destination, priority, admitted,
                                   created_at, document, caller, traceparent)
            values (:id, :version, 0, :state, :name, :uuid, :uuid, :source, :destination,
                    :priority, false, :createdAt, :document, :caller, :trace)
            """)
        .param("id", migration.id())
        .param("version", migration.version())
        .param("state", migration.state().name())
        .param("name", migration.order().guest().name())
        .param("uuid", migration.order().guest().uuid())
        .param("source", migration.order().source())
        .param("destination", migration.order().destination())
        .param("priority", migration.order().priority())
        .param("createdAt", migration.timeline().createdAt().atOffset(ZoneOffset.UTC))
        .param("document", documents.write(migration))
        .param("caller", caller)
        .param("trace", traces.here())
        .update();
    sql.sql(
            """
            insert into migration_progress (migration_id, revision, document)
            values (:id, :revision, :document)
            """)
        .param("id", migration.id())
        .param("revision", progress.revision())
        .param("document", documents.write(progress))
        .update();
  }

  @Override
  public Optional<MigrationSnapshot> find(UUID id) {
    return asTheyAre(etags(List.of(id))).stream().findFirst();
  }

  /** Reads those that are not known, or not with that ETag. */
  private List<MigrationSnapshot> asTheyAre(Map<UUID, String> etags) {
    List<MigrationSnapshot> known = new ArrayList<>();
    List<UUID> unknown = new ArrayList<>();
    etags.forEach((id, etag) -> {
      MigrationSnapshot last = readLately.getIfPresent(id);
      if (last != null && last.etag().equals(etag)) {
        known.add(last);
      } else {
        unknown.add(id);
      }
    });
    for (MigrationSnapshot now : read(unknown)) {
      readLately.put(now.migration().id(), now);
      known.add(now);
    }
    return known;
  }

  private List<MigrationSnapshot> read(Collection<UUID> ids) {
    return ids.isEmpty()
        ? List.of()
        : sql.sql(
                """
                select m.version, m.document, p.revision, p.document as progress
                  from migration m join migration_progress p on p.migration_id = m.id
                 where m.id in (:ids)
                """)
            .param("ids", ids)
            .query(this::tracked)
            .list();
  }

  @Override
  public Map<UUID, String> etags(Collection<UUID> ids) {
    return ids.isEmpty() ? Map.of() : etagsWhere("m.id in (:given)", ids);
  }

  private Map<UUID, String> etagsWhere(String condition, Object given) {
    Map<UUID, String> etags = new HashMap<>();
    sql.sql(
            """
            select m.id, m.version, p.revision
              from migration m join migration_progress p on p.migration_id = m.id
             where %s
            """
                .formatted(condition))
        .param("given", given)
        .query(rs -> {
          etags.put(
              rs.getObject("id", UUID.class),
              MigrationSnapshot.etag(rs.getInt("version"), rs.getLong("revision")));
        });
    return etags;
  }

  @Override
  public List<Migration> activeOf(String nameOrUuid) {
    return sql.sql(
            """
            select version, document from migration
             where active_domain is not null
               and (domain_name = :given or domain_uuid = :uuid)
             order by created_at
            """)
        .param("given", nameOrUuid)
        .param("uuid", uuid(nameOrUuid))
        .query((rs, _) -> migration(rs))
        .list();
  }

  @Override
  public List<MigrationSnapshot> underWayTo(String destination) {
    return asTheyAre(
        etagsWhere("m.active_domain is not null and m.destination = :given", destination));
  }

  @Override
  public Map<ImageName, VolumeMark> imagesOf(UUID domain) {
    return ownImages.of(domain);
  }

  @Override
  public void forgetImages(UUID domain, Map<ImageName, VolumeMark> changed) {
    changed.forEach((name, mark) -> ownImages.forget(domain, name, mark));
  }

  @Override
  public Traffic traffic(Scope scope) {
    Map<String, Integer> outgoing = new HashMap<>();
    Map<String, Integer> incoming = new HashMap<>();
    sql.sql(
            """
            select domain_name, source, destination from migration
             where active_domain is not null and state <> 'QUEUED'
            """)
        .query(row -> {
          String source = row.getString("source");
          String destination = row.getString("destination");
          if (scope.hasMigration(row.getString("domain_name"), source, destination)) {
            outgoing.merge(source, 1, Integer::sum);
            incoming.merge(destination, 1, Integer::sum);
          }
        });
    return new Traffic(outgoing, incoming);
  }

  @Override
  public Page list(MigrationQuery query) {
    var filter = new Filter(query);
    List<MigrationSnapshot> found =
        sql.sql(
                """
                select m.version, m.document, p.revision, p.document as progress
                  from migration m join migration_progress p on p.migration_id = m.id
                 where %s
                 order by m.created_at desc, m.id desc
                 limit :most
                """
                    .formatted(filter.condition()))
            .params(filter.parameters())
            .param("most", query.limit() + 1)
            .query(this::tracked)
            .list();
    if (found.size() <= query.limit()) {
      return new Page(found, null);
    }
    Migration last = found.get(query.limit() - 1).migration();
    return new Page(
        found.subList(0, query.limit()), new Position(last.timeline().createdAt(), last.id()));
  }

  @Override
  public List<Transition> history(UUID id) {
    return sql.sql(
            """
            select at, from_state, to_state, cause, replica
              from migration_history where migration_id = :id order by id
            """)
        .param("id", id)
        .query(SqlMigrations::transition)
        .list();
  }

  @Override
  public Migration change(UUID id, String cause, UnaryOperator<Migration> verb) {
    return changed(id, null, cause, verb);
  }

  @Override
  public Lease take(UUID id) {
    return Patience.untilAnswered(() ->
        transactions.execute(_ -> {
          Lease lease =
              sql.sql("select epoch, traceparent from migration where id = :id for update")
                  .param("id", id)
                  .query(
                      (rs, _) -> new Lease(id, rs.getInt("epoch") + 1, rs.getString("traceparent")))
                  .single();
          sql.sql("update migration set epoch = :next where id = :id")
              .param("next", lease.epoch())
              .param("id", id)
              .update();
          return lease;
        }));
  }

  @Override
  public Migration current(Lease lease) {
    return Patience.untilAnswered(() -> read(lease));
  }

  private Migration read(Lease lease) {
    return sql.sql("select version, document from migration where id = :id and epoch = :epoch")
        .param("id", lease.migration())
        .param("epoch", lease.epoch())
        .query((rs, _) -> migration(rs))
        .optional()
        .orElseThrow(() -> new LeaseLost(lease));
  }

  @Override
  public Migration change(Lease lease, String cause, UnaryOperator<Migration> verb) {
    return changed(lease.migration(), lease, cause, verb);
  }

  @Override
  public Progress progress(Lease lease) {
    return Patience.untilAnswered(() -> find(lease.migration())).orElseThrow().progress();
  }

  @Override
  public void report(Lease lease, Progress progress) {
    if (!Patience.untilAnswered(() -> reported(lease, progress))) {
      throw new LeaseLost(lease);
    }
  }

  private boolean reported(Lease lease, Progress progress) {
    return sql.sql(
                """
                update migration_progress set revision = revision + 1, document = :document
                 where migration_id = :id
                   and exists (select 1 from migration where id = :id and epoch = :epoch)
                """)
            .param("document", documents.write(progress))
            .param("id", lease.migration())
            .param("epoch", lease.epoch())
            .update()
        > 0;
  }

  /** Reads, applies and writes until no other change came between. */
  private Migration changed(
      UUID id, @Nullable Lease lease, String cause, UnaryOperator<Migration> verb) {
    @Nullable Migration tried = null;
    while (true) {
      Migration before = lease == null ? find(id).orElseThrow().migration() : current(lease);
      // A database that went away after it had written said that it had not.
      if (before.equals(tried)) {
        return before;
      }
      Migration after = verb.apply(before);
      if (after.equals(before)) {
        return before;
      }
      Migration next = after.versioned(before.version() + 1);
      var attempts = new AtomicInteger();
      Supplier<Boolean> write =
          () -> {
            attempts.incrementAndGet();
            return Boolean.TRUE.equals(
                transactions.execute(_ -> write(before, next, lease, cause)));
          };
      if (lease == null ? write.get() : Patience.untilAnswered(write)) {
        return next;
      }
      // After one attempt it was somebody else, even where both wrote the same.
      tried = attempts.get() > 1 ? next : null;
    }
  }

  private boolean write(Migration before, Migration next, @Nullable Lease lease, String cause) {
    boolean over = next.state().terminal();
    boolean admits = before.slots().exceed(next.slots());
    if (admits) {
      admission.lock();
    }
    int updated =
        sql.sql(
                """
                update migration
                   set version = :version, state = :state, document = :document,
                       active_domain = case when :over then null else active_domain end,
                       outgoing = :outgoing, incoming = :incoming,
                       ended_at = :endedAt
                 where id = :id and version = :expected
                   and (:epoch = -1 or epoch = :epoch)
                """)
            .param("version", next.version())
            .param("state", next.state().name())
            .param("document", documents.write(next))
            .param("over", over)
            .param("outgoing", next.slots().outgoing())
            .param("incoming", next.slots().incoming())
            .param("endedAt", endedAt(next), Types.TIMESTAMP_WITH_TIMEZONE)
            .param("id", next.id())
            .param("expected", before.version())
            .param("epoch", lease == null ? -1 : lease.epoch())
            .update();
    if (updated == 0) {
      return false;
    }
    if (next.state() != before.state()) {
      remember(next.id(), before.state(), next.state(), cause);
      // Not by find: what this transaction shows may never be, and must not be remembered.
      entered(new MigrationSnapshot(next, read(List.of(next.id())).getFirst().progress()));
    }
    if (over) {
      images.release(next.id());
      ownImages.settle(next);
    }
    if (admits) {
      admission.admit();
    }
    return true;
  }

  private void entered(MigrationSnapshot now) {
    outbox.announce(now);
    AfterCommit.run(() -> meters.entered(now));
  }

  private static @Nullable OffsetDateTime endedAt(Migration migration) {
    Instant at = migration.timeline().endedAt();
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }

  private void remember(UUID id, @Nullable MigrationState from, MigrationState to, String cause) {
    sql.sql(
            """
            insert into migration_history (migration_id, at, from_state, to_state, cause, replica)
            values (:id, :at, :from, :to, :cause, :replica)
            """)
        .param("id", id)
        .param("at", clock.instant().atOffset(ZoneOffset.UTC))
        .param("from", from == null ? null : from.name())
        .param("to", to.name())
        .param("cause", cause)
        .param("replica", replica.name())
        .update();
  }

  private MigrationSnapshot tracked(ResultSet rs, int row) throws SQLException {
    Progress progress = documents.progress(rs.getString("progress"));
    return new MigrationSnapshot(migration(rs), progress.revised(rs.getLong("revision")));
  }

  private Migration migration(ResultSet rs) throws SQLException {
    return documents.migration(rs.getString("document")).versioned(rs.getInt("version"));
  }

  private static Transition transition(ResultSet rs, int row) throws SQLException {
    String from = rs.getString("from_state");
    return new Transition(
        rs.getObject("at", OffsetDateTime.class).toInstant(),
        from == null ? null : MigrationState.valueOf(from),
        MigrationState.valueOf(rs.getString("to_state")),
        rs.getString("cause"),
        rs.getString("replica"));
  }

  private static @Nullable UUID uuid(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
