package dev.virtferry.notice;

import dev.virtferry.migration.MigrationState;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One change of state that is told to a migration's callbackUrl, and how far that is.
 *
 * @param id the {@code webhook-id} of every attempt
 * @param state what the migration changed to
 */
@Schema(name = "Delivery")
public record Delivery(
    @Schema(description = "The webhook-id of every attempt; a UUID of version 7.") UUID id,
    @Schema(description = "What the migration changed to.") MigrationState state,
    Status status,
    @Schema(description = "When the migration changed.") Instant createdAt,
    @Schema(description = "How often it was tried.", example = "1") int attempts,
    @Schema(description = "When it was tried last; null before the first time.")
        @Nullable Instant lastAttemptAt,
    @Schema(description = "The HTTP status of the last answer; null without one.", example = "204")
        @Nullable Integer responseStatus,
    @Schema(description = "Why the last attempt failed; null when it did not.")
        @Nullable String error,
    @Schema(description = "When it is tried next; null when it is not.")
        @Nullable Instant nextAttemptAt) {

  /** What became of it. */
  @Schema(name = "DeliveryStatus")
  public enum Status {
    /** Not told yet; it will be tried again. */
    PENDING,
    /** The receiver answered with a status of 200 to 299. */
    DELIVERED,
    /** The receiver answered 410, or never as it should within all attempts. */
    GIVEN_UP
  }
}
