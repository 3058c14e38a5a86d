package dev.virtferry.notice;

import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationState;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Changes of migrations as CloudEvents 1.0 in JSON. */
@Component
public final class CloudEvents {

  /** In structured mode, as Standard Webhooks signs a body and no headers of the event. */
  static final String MEDIA_TYPE = "application/cloudevents+json";

  private static final String TYPE = "dev.virtferry.migration.";

  private final JsonMapper json;
  private final Representation representation;

  CloudEvents(JsonMapper json, Representation representation) {
    this.json = json;
    this.representation = representation;
  }

  private record CloudEvent(
      String specversion,
      UUID id,
      String source,
      String type,
      UUID subject,
      Instant time,
      String sequence,
      String datacontenttype,
      Object data) {}

  /**
   * The event of a change to the migration's state.
   *
   * @param id of the event
   */
  public String write(UUID id, Instant at, MigrationSnapshot now) {
    return json.writeValueAsString(
        new CloudEvent(
            "1.0",
            id,
            "/v1/migrations",
            type(now.migration().state()),
            now.migration().id(),
            at,
            // Texts are compared as such, and deliveries may overtake each other.
            String.format(Locale.ROOT, "%010d", now.migration().version()),
            "application/json",
            representation.of(now)));
  }

  static String type(MigrationState state) {
    return TYPE + state.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
