package dev.virtferry.migration.store;

import static dev.virtferry.migration.store.MigrationTable.UNDER_WAY;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.virtferry.access.Scope;
import dev.virtferry.migration.IdempotencyKey;
import dev.virtferry.migration.IdempotencyRecord;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationQuery;
import dev.virtferry.migration.MigrationQuery.Page;
import dev.virtferry.migration.MigrationQuery.Position;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Traffic;
import dev.virtferry.migration.Transition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** {@link MigrationQueries} in H2 or PostgreSQL. */
@Repository
class SqlMigrationQueries implements MigrationQueries {

  private final JdbcClient sql;
  private final MigrationDocuments documents;
  private final IdempotencyKeys keys;

  /** Clients read the same migrations again and again; two numbers tell whether one has changed. */
  private final Cache<UUID, MigrationSnapshot> readLately =
      Caffeine.newBuilder().maximumSize(2_000).build();

  SqlMigrationQueries(JdbcClient sql, MigrationDocuments documents, IdempotencyKeys keys) {
    this.sql = sql;
    this.documents = documents;
    this.keys = keys;
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
            .query((rs, _) -> documents.snapshot(rs))
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
        .param("forgotten", keys.forgotten())
        .query(
            (rs, _) -> new IdempotencyRecord(documents.snapshot(rs), rs.getString("fingerprint")))
        .optional();
  }

  @Override
  public List<Migration> activeOf(String nameOrUuid) {
    return sql.sql(
            """
            select version, document from migration
             where %s and (domain_name = :given or domain_uuid = :uuid)
             order by created_at
            """
                .formatted(UNDER_WAY))
        .param("given", nameOrUuid)
        .param("uuid", uuid(nameOrUuid))
        .query((rs, _) -> documents.migration(rs))
        .list();
  }

  private static @Nullable UUID uuid(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public List<MigrationSnapshot> underWayTo(String destination) {
    return asTheyAre(etagsWhere(UNDER_WAY + " and m.destination = :given", destination));
  }

  @Override
  public Traffic traffic(Scope scope) {
    Map<String, Integer> outgoing = new HashMap<>();
    Map<String, Integer> incoming = new HashMap<>();
    sql.sql(
            """
            select domain_name, source, destination from migration
             where %s and state <> 'QUEUED'
            """
                .formatted(UNDER_WAY))
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
    List<MigrationSnapshot> found = newest(new Filter(query), query.limit() + 1);
    if (found.size() <= query.limit()) {
      return new Page(found, null);
    }
    Migration last = found.get(query.limit() - 1).migration();
    return new Page(
        found.subList(0, query.limit()), new Position(last.timeline().createdAt(), last.id()));
  }

  private List<MigrationSnapshot> newest(Filter filter, int most) {
    return sql.sql(
            """
            select m.version, m.document, p.revision, p.document as progress
              from migration m join migration_progress p on p.migration_id = m.id
             where %s
             order by m.created_at desc, m.id desc
             limit :most
            """
                .formatted(filter.condition()))
        .params(filter.parameters())
        .param("most", most)
        .query((rs, _) -> documents.snapshot(rs))
        .list();
  }

  @Override
  public List<Transition> history(UUID id) {
    return sql.sql(
            """
            select at, from_state, to_state, cause, replica
              from migration_history where migration_id = :id order by id
            """)
        .param("id", id)
        .query((rs, _) -> transition(rs))
        .list();
  }

  private static Transition transition(ResultSet rs) throws SQLException {
    String from = rs.getString("from_state");
    return new Transition(
        rs.getObject("at", OffsetDateTime.class).toInstant(),
        from == null ? null : MigrationState.valueOf(from),
        MigrationState.valueOf(rs.getString("to_state")),
        rs.getString("cause"),
        rs.getString("replica"));
  }
}
