package dev.virtferry.migration.store;

import static java.util.stream.Collectors.joining;

import dev.virtferry.migration.Lease;
import dev.virtferry.migration.LeaseLost;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Progress;
import dev.virtferry.trace.Traces;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The row of each migration and the row of its progress, as they are written. */
@Component
final class MigrationTable {

  /**
   * A condition for those that have not ended. An index leads to them, as none does to those whose
   * {@code active_domain} is not null: in H2 that reads the rows of all that ever ended.
   */
  static final String UNDER_WAY =
      Stream.of(MigrationState.values())
          .filter(state -> !state.terminal())
          .map(state -> "'" + state + "'")
          .collect(joining(", ", "state in (", ")"));

  private final JdbcClient sql;
  private final MigrationDocuments documents;
  private final Traces traces;

  MigrationTable(JdbcClient sql, MigrationDocuments documents, Traces traces) {
    this.sql = sql;
    this.documents = documents;
    this.traces = traces;
  }

  /**
   * Both rows of a new one.
   *
   * @throws org.springframework.dao.DuplicateKeyException when its domain has one that has not
   *     ended
   */
  void insert(Migration migration, Progress progress, String caller) {
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
        .param("name", migration.plan().guest().name())
        .param("uuid", migration.plan().guest().uuid())
        .param("source", migration.plan().source())
        .param("destination", migration.plan().destination())
        .param("priority", migration.spec().priority())
        .param("createdAt", migration.timeline().createdAt().atOffset(ZoneOffset.UTC))
        .param("document", documents.write(migration))
        .param("caller", caller)
        .param("trace", traces.here())
        .update();
    insert(migration.id(), progress);
  }

  private void insert(UUID migration, Progress progress) {
    sql.sql(
            """
            insert into migration_progress (migration_id, revision, document)
            values (:id, :revision, :document)
            """)
        .param("id", migration)
        .param("revision", progress.revision())
        .param("document", documents.write(progress))
        .update();
  }

  /**
   * Writes what became of {@code before}.
   *
   * @param lease under which it is written; null for a client
   * @return false when another change came between, or another run took it over
   */
  boolean update(Migration before, Migration next, @Nullable Lease lease) {
    return sql.sql(
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
            .param("over", next.state().terminal())
            .param("outgoing", next.status().slots().outgoing())
            .param("incoming", next.status().slots().incoming())
            .param("endedAt", endedAt(next), Types.TIMESTAMP_WITH_TIMEZONE)
            .param("id", next.id())
            .param("expected", before.version())
            .param("epoch", lease == null ? -1 : lease.epoch())
            .update()
        > 0;
  }

  private static @Nullable OffsetDateTime endedAt(Migration migration) {
    Instant at = migration.timeline().endedAt();
    return at == null ? null : at.atOffset(ZoneOffset.UTC);
  }

  /** Raises the epoch; part of a transaction. */
  Lease take(UUID id) {
    Lease lease =
        sql.sql("select epoch, traceparent from migration where id = :id for update")
            .param("id", id)
            .query((rs, _) -> new Lease(id, rs.getInt("epoch") + 1, rs.getString("traceparent")))
            .single();
    sql.sql("update migration set epoch = :next where id = :id")
        .param("next", lease.epoch())
        .param("id", id)
        .update();
    return lease;
  }

  /**
   * Reads it as the run that holds it.
   *
   * @throws LeaseLost when another run took it over
   */
  Migration read(Lease lease) {
    return sql.sql("select version, document from migration where id = :id and epoch = :epoch")
        .param("id", lease.migration())
        .param("epoch", lease.epoch())
        .query((rs, _) -> documents.migration(rs))
        .optional()
        .orElseThrow(() -> new LeaseLost(lease));
  }

  Progress progress(UUID id) {
    return sql.sql(
            """
            select revision, document as progress from migration_progress where migration_id = :id
            """)
        .param("id", id)
        .query((rs, _) -> documents.progress(rs))
        .single();
  }

  /** Writes how far it is; false when another run took it over. */
  boolean report(Lease lease, Progress progress) {
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
}
