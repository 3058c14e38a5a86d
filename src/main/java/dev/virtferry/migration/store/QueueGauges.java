package dev.virtferry.migration.store;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.migration.Progress;
import dev.virtferry.migration.Stall;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * How many migrations have not ended, over all replicas; looked up when somebody asks. While the
 * database is away they are NaN.
 */
@Component
final class QueueGauges implements MeterBinder {

  private static final Logger log = LoggerFactory.getLogger(QueueGauges.class);

  /** One look serves all gauges of a scrape, and a database that is away is asked once. */
  private static final Duration GOOD_FOR = Duration.ofSeconds(5);

  private final JdbcClient sql;
  private final MigrationDocuments documents;
  private final Clock clock;
  private final LoadingCache<Class<?>, Picture> picture;

  QueueGauges(JdbcClient sql, MigrationDocuments documents, Clock clock) {
    this.sql = sql;
    this.documents = documents;
    this.clock = clock;
    this.picture = Caffeine.newBuilder().expireAfterWrite(GOOD_FOR).build(_ -> look());
  }

  /**
   * What a look showed.
   *
   * @param queuedSince when the oldest of the queue was accepted; null when it is empty
   */
  private record Picture(
      Map<MigrationState, Long> counts,
      @Nullable Instant queuedSince,
      Map<Stall.Reason, Long> stalls,
      boolean known) {

    static final Picture NONE = new Picture(Map.of(), null, Map.of(), false);
  }

  @Override
  public void bindTo(MeterRegistry meters) {
    Stream.of(MigrationState.values())
        .filter(state -> !state.terminal())
        .forEach(state -> migrations(state).register(meters));
    for (Stall.Reason reason : Stall.Reason.values()) {
      stalled(reason).register(meters);
    }
    gauge("ferry.queue.age", this::seconds)
        .description("How long the oldest of the queue has waited; 0 when it is empty")
        .baseUnit("seconds")
        .register(meters);
  }

  private Gauge.Builder<QueueGauges> migrations(MigrationState state) {
    return gauge("ferry.migrations", now -> now.counts().getOrDefault(state, 0L))
        .description("Migrations that have not ended, over all replicas")
        .tag("state", state.name());
  }

  private Gauge.Builder<QueueGauges> stalled(Stall.Reason reason) {
    return gauge("ferry.migrations.stalled", now -> now.stalls().getOrDefault(reason, 0L))
        .description("Migrations that go on and do not get on, over all replicas")
        .tag("reason", reason.name());
  }

  private Gauge.Builder<QueueGauges> gauge(String name, ToDoubleFunction<Picture> value) {
    return Gauge.builder(
        name,
        this,
        gauges -> {
          Picture now = gauges.picture.get(Picture.class);
          return now.known() ? value.applyAsDouble(now) : Double.NaN;
        });
  }

  private double seconds(Picture now) {
    Instant since = now.queuedSince();
    return since == null
        ? 0
        : Math.max(0, Duration.between(since, clock.instant()).toMillis()) / 1e3;
  }

  private Picture look() {
    try {
      return counted();
    } catch (RuntimeException e) {
      log.warn("The migrations can't be counted: {}", e.toString());
      return Picture.NONE;
    }
  }

  private Picture counted() {
    Map<MigrationState, Long> counts = new EnumMap<>(MigrationState.class);
    Map<MigrationState, Instant> oldest = new EnumMap<>(MigrationState.class);
    sql.sql(
            """
            select state, count(*) as many, min(created_at) as oldest from migration
             where %s group by state
            """
                .formatted(MigrationTable.UNDER_WAY))
        .query(row -> {
          MigrationState state = MigrationState.valueOf(row.getString("state"));
          counts.put(state, row.getLong("many"));
          oldest.put(state, row.getObject("oldest", OffsetDateTime.class).toInstant());
        });
    return new Picture(counts, oldest.get(MigrationState.QUEUED), stalls(), true);
  }

  /** No more of them run than there are slots. */
  private Map<Stall.Reason, Long> stalls() {
    return sql
        .sql(
            """
            select p.document from migration m join migration_progress p on p.migration_id = m.id
             where m.state = 'MIGRATING'
            """)
        .query((rs, _) -> documents.progress(rs.getString("document")))
        .list()
        .stream()
        .map(Progress::stalled)
        .filter(Objects::nonNull)
        .map(Stall::reason)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }
}
