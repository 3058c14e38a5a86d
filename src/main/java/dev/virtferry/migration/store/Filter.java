package dev.virtferry.migration.store;

import dev.virtferry.access.Scope;
import dev.virtferry.migration.MigrationQuery;
import dev.virtferry.migration.MigrationQuery.Position;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The condition of a list as SQL. What a client sent is only ever a parameter. */
final class Filter {

  private final List<String> conditions = new ArrayList<>(List.of("1 = 1"));
  private final Map<String, Object> parameters = new HashMap<>();

  Filter(MigrationQuery query) {
    scope(query.scope());
    if (!query.states().isEmpty()) {
      conditions.add("m.state in (:states)");
      parameters.put("states", query.states().stream().map(Enum::name).toList());
    }
    domain(query.domain());
    equal("m.source", "source", query.source());
    equal("m.destination", "destination", query.destination());
    after(query.after());
  }

  String condition() {
    return String.join(" and ", conditions);
  }

  Map<String, Object> parameters() {
    return parameters;
  }

  /** The same as {@link Scope#hasMigration}, where the rows are. */
  private void scope(Scope scope) {
    domains(scope.domains());
    hosts(scope.hosts());
  }

  private void domains(@Nullable List<String> domains) {
    if (domains != null) {
      List<String> any = new ArrayList<>(List.of("1 = 0"));
      for (int i = 0; i < domains.size(); i++) {
        any.add(String.format(Locale.ROOT, "m.domain_name like :pattern%d escape '!'", i));
        parameters.put("pattern" + i, Scope.like(domains.get(i)));
      }
      conditions.add("(" + String.join(" or ", any) + ")");
    }
  }

  private void hosts(@Nullable List<String> hosts) {
    if (hosts != null) {
      conditions.add(
          hosts.isEmpty() ? "1 = 0" : "(m.source in (:hosts) or m.destination in (:hosts))");
      parameters.put("hosts", hosts);
    }
  }

  private void domain(@Nullable String nameOrUuid) {
    if (nameOrUuid == null || isNobodys(nameOrUuid)) {
      return;
    }
    try {
      parameters.put("uuid", UUID.fromString(nameOrUuid));
      conditions.add("(m.domain_uuid = :uuid or m.domain_name = :domain)");
    } catch (IllegalArgumentException e) {
      conditions.add("m.domain_name = :domain");
    }
    parameters.put("domain", nameOrUuid);
  }

  private void equal(String column, String name, @Nullable String value) {
    if (value != null && !isNobodys(value)) {
      conditions.add(column + " = :" + name);
      parameters.put(name, value);
    }
  }

  /** PostgreSQL keeps no NUL in a text, and fails when it is to compare with one. */
  private boolean isNobodys(String name) {
    boolean impossible = name.indexOf('\0') >= 0;
    if (impossible) {
      conditions.add("1 = 0");
    }
    return impossible;
  }

  private void after(@Nullable Position position) {
    if (position != null) {
      conditions.add("(m.created_at < :at or (m.created_at = :at and m.id < :id))");
      parameters.put("at", position.createdAt().atOffset(ZoneOffset.UTC));
      parameters.put("id", position.id());
    }
  }
}
