package dev.virtferry.migration.store;

import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import dev.virtferry.notice.Attempt;
import dev.virtferry.notice.CloudEvents;
import dev.virtferry.notice.Deliveries;
import dev.virtferry.notice.Delivery;
import dev.virtferry.notice.Delivery.Status;
import dev.virtferry.notice.Message;
import dev.virtferry.notice.WebhookProperties;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * What is to be told to callbacks. It is written, and its task scheduled, in the transaction of the
 * change itself: nothing is told that did not happen, and nothing that happened is forgotten.
 */
@Component
@Order(2)
class WebhookOutbox implements Deliveries, MigrationChanged.Listener {

  private static final Logger log = LoggerFactory.getLogger(WebhookOutbox.class);

  private final JdbcClient sql;
  private final Schedule schedule;
  private final CloudEvents events;
  private final WebhookProperties properties;
  private final MigrationMeters meters;
  private final TimeBasedEpochGenerator ids = new TimeBasedEpochGenerator(null);
  private final Clock clock;

  WebhookOutbox(
      JdbcClient sql,
      Schedule schedule,
      CloudEvents events,
      WebhookProperties properties,
      MigrationMeters meters,
      Clock clock) {
    this.sql = sql;
    this.schedule = schedule;
    this.events = events;
    this.properties = properties;
    this.meters = meters;
    this.clock = clock;
  }

  /** Notes that the migration came to its state, for whoever wants to be told. */
  @Override
  @Transactional(propagation = Propagation.MANDATORY)
  public void changed(MigrationChanged event) {
    URI callback = event.now().migration().spec().callbackUrl();
    if (event.entered() && callback != null) {
      announce(event.now(), callback);
    }
  }

  private void announce(MigrationSnapshot changed, URI callback) {
    UUID id = ids.generate();
    Instant now = clock.instant();
    sql.sql(
            """
            insert into webhook_delivery (id, migration_id, version, state, url, body, status,
                                          created_at, attempts, next_attempt_at)
            values (:id, :migration, :version, :state, :url, :body, :status, :now, 0, :now)
            """)
        .param("id", id)
        .param("migration", changed.migration().id())
        .param("version", changed.migration().version())
        .param("state", changed.migration().state().name())
        .param("url", callback.toString())
        .param("body", events.write(id, now, changed))
        .param("status", Status.PENDING.name())
        .param("now", now.atOffset(ZoneOffset.UTC))
        .update();
    schedule.add(WebhookTask.TASK.instance(id.toString()).build(), now);
  }

  @Override
  public List<Delivery> of(UUID migration) {
    return sql.sql(
            """
            select id, state, status, created_at, attempts, last_attempt_at, response_status,
                   error, next_attempt_at
              from webhook_delivery where migration_id = :migration order by version
            """)
        .param("migration", migration)
        .query(WebhookOutbox::delivery)
        .list();
  }

  /** What that delivery says, unless it is over or its migration was forgotten. */
  Optional<Message> pending(UUID id) {
    return sql.sql(
            """
            select migration_id, url, body from webhook_delivery
             where id = :id and status = :pending
            """)
        .param("id", id)
        .param("pending", Status.PENDING.name())
        .query((rs, _) -> message(id, rs))
        .optional();
  }

  private static Message message(UUID id, ResultSet row) throws SQLException {
    return new Message(
        id,
        row.getObject("migration_id", UUID.class),
        URI.create(row.getString("url")),
        row.getString("body"));
  }

  /**
   * Notes how an attempt went.
   *
   * @return when the next one is due; empty when it is over
   */
  Optional<Instant> tried(Message message, Attempt attempt) {
    int before = attempts(message);
    Optional<Instant> next = next(attempt, before);
    Status status =
        attempt.told() ? Status.DELIVERED : next.isPresent() ? Status.PENDING : Status.GIVEN_UP;
    note(message, attempt, status, next);
    meters.told(status);
    if (status == Status.GIVEN_UP) {
      log.warn(
          "Gave up telling of migration {} after {} attempts: {}",
          message.migration(),
          before + 1,
          attempt.error());
    }
    return next;
  }

  private int attempts(Message message) {
    return sql.sql("select attempts from webhook_delivery where id = :id")
        .param("id", message.id())
        .query(Integer.class)
        .optional()
        .orElse(0);
  }

  private void note(Message message, Attempt attempt, Status status, Optional<Instant> next) {
    sql.sql(
            """
            update webhook_delivery
               set status = :status, attempts = attempts + 1, last_attempt_at = :at,
                   response_status = :response, error = :error, next_attempt_at = :next
             where id = :id
            """)
        .param("status", status.name())
        .param("at", attempt.at().atOffset(ZoneOffset.UTC))
        .param("response", attempt.responseStatus(), Types.INTEGER)
        .param("error", attempt.error(), Types.VARCHAR)
        .param(
            "next",
            next.map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null),
            Types.TIMESTAMP_WITH_TIMEZONE)
        .param("id", message.id())
        .update();
  }

  /** Notes that it has to wait for its turn. */
  void postpone(UUID id, Instant until) {
    sql.sql("update webhook_delivery set next_attempt_at = :until where id = :id")
        .param("until", until.atOffset(ZoneOffset.UTC))
        .param("id", id)
        .update();
  }

  private Optional<Instant> next(Attempt attempt, int attemptsBefore) {
    return attempt.told() || attempt.unwanted() || attemptsBefore >= properties.retries().size()
        ? Optional.empty()
        : Optional.of(attempt.at().plus(properties.retries().get(attemptsBefore)));
  }

  private static Delivery delivery(ResultSet rs, int row) throws SQLException {
    return new Delivery(
        rs.getObject("id", UUID.class),
        MigrationState.valueOf(rs.getString("state")),
        Status.valueOf(rs.getString("status")),
        rs.getObject("created_at", OffsetDateTime.class).toInstant(),
        rs.getInt("attempts"),
        instant(rs, "last_attempt_at"),
        rs.getObject("response_status", Integer.class),
        rs.getString("error"),
        instant(rs, "next_attempt_at"));
  }

  private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
    OffsetDateTime at = rs.getObject(column, OffsetDateTime.class);
    return at == null ? null : at.toInstant();
  }
}
