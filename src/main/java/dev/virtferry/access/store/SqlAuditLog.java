package dev.virtferry.access.store;

import dev.virtferry.access.AuditEntry;
import dev.virtferry.access.AuditLog;
import dev.virtferry.access.AuditQuery;
import dev.virtferry.access.Scope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** {@link AuditLog} in H2 or PostgreSQL. */
@Repository
class SqlAuditLog implements AuditLog {

  private final JdbcClient sql;

  SqlAuditLog(JdbcClient sql) {
    this.sql = sql;
  }

  @Override
  public void add(AuditEntry entry) {
    sql.sql(
            """
            insert into audit (id, at, last_at, calls, caller, address, action, domain,
                               migration_id, status, problem, request_id)
            values (:id, :at, :until, :calls, :caller, :address, :action, :domain, :migration,
                    :status, :problem, :request)
            """)
        .param("id", entry.id())
        .param("at", entry.at().atOffset(ZoneOffset.UTC))
        .param("until", entry.until().atOffset(ZoneOffset.UTC))
        .param("calls", entry.calls())
        .param("caller", entry.caller())
        .param("address", entry.address())
        .param("action", entry.action())
        .param("domain", entry.domain(), Types.VARCHAR)
        .param("migration", entry.migration())
        .param("status", entry.status())
        .param("problem", entry.problem(), Types.VARCHAR)
        .param("request", entry.requestId())
        .update();
  }

  @Override
  public void grow(AuditEntry entry) {
    int grown =
        sql.sql("update audit set last_at = :until, calls = :calls where id = :id")
            .param("until", entry.until().atOffset(ZoneOffset.UTC))
            .param("calls", entry.calls())
            .param("id", entry.id())
            .update();
    if (grown == 0) {
      add(entry);
    }
  }

  @Override
  public List<AuditEntry> list(AuditQuery query) {
    return sql.sql(
            """
            select id, at, coalesce(last_at, at) as until, calls, caller, address, action, domain,
                   migration_id, status, problem, request_id
              from audit
             where (cast(:caller as varchar) is null or caller = :caller)
               and (cast(:domain as varchar) is null or domain = :domain)
               and (cast(:migration as uuid) is null or migration_id = :migration)
               and (cast(:before as uuid) is null or id < :before)
               and (caller = :reader or %s)
             order by id desc
             limit :most
            """
                .formatted(scope(query.reader().scope())))
        .params(patterns(query.reader().scope()))
        .param("reader", query.reader().name())
        .param("caller", query.caller(), Types.VARCHAR)
        .param("domain", query.domain(), Types.VARCHAR)
        .param("migration", query.migration())
        .param("before", query.before())
        .param("most", query.limit())
        .query(SqlAuditLog::entry)
        .list();
  }

  private static String scope(Scope scope) {
    if (scope.equals(Scope.EVERYTHING)) {
      return "1 = 1";
    }
    if (scope.hosts() != null) {
      return "1 = 0";
    }
    List<String> any = new ArrayList<>(List.of("1 = 0"));
    for (String name : patterns(scope).keySet()) {
      any.add("domain like :%s escape '!'".formatted(name));
    }
    // What was refused was done to nobody, and whoever is refused may name whomever.
    return "status < 400 and (%s)".formatted(String.join(" or ", any));
  }

  private static Map<String, String> patterns(Scope scope) {
    List<String> domains = scope.domains();
    Map<String, String> patterns = new LinkedHashMap<>();
    if (domains != null) {
      for (String pattern : domains) {
        patterns.put("pattern" + patterns.size(), Scope.like(pattern));
      }
    }
    return patterns;
  }

  private static AuditEntry entry(ResultSet rs, int row) throws SQLException {
    return new AuditEntry(
        rs.getObject("id", UUID.class),
        rs.getObject("at", OffsetDateTime.class).toInstant(),
        rs.getObject("until", OffsetDateTime.class).toInstant(),
        rs.getLong("calls"),
        rs.getString("caller"),
        rs.getString("address"),
        rs.getString("action"),
        rs.getString("domain"),
        rs.getObject("migration_id", UUID.class),
        rs.getInt("status"),
        rs.getString("problem"),
        rs.getString("request_id"));
  }
}
