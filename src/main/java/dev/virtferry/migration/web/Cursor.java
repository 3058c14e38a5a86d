package dev.virtferry.migration.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.virtferry.migration.MigrationId;
import dev.virtferry.migration.MigrationQuery.Position;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.time.Instant;
import java.util.Base64;

/** A place in the list of migrations, as an opaque text. */
record Cursor(Position position) {

  private static final long LATEST = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();

  String text() {
    String words = position.createdAt().toEpochMilli() + " " + position.id();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(words.getBytes(US_ASCII));
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws Refused when the text is anything else
   */
  static Cursor parse(String text) {
    try {
      String[] words = new String(Base64.getUrlDecoder().decode(text), US_ASCII).split(" ", 2);
      return new Cursor(
          new Position(
              time(Long.parseLong(words[0])),
              MigrationId.parse(words[1]).orElseThrow(IllegalArgumentException::new)));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw unreadable();
    }
  }

  private static Refused unreadable() {
    return new Refused(
        Problem.at(
            "cursor",
            ProblemType.INVALID_REQUEST,
            "This is no cursor of this list; use nextCursor as it was given, or leave it out."));
  }

  /** Databases end long before a long does. */
  private static Instant time(long millis) {
    if (millis < 0 || millis > LATEST) {
      throw new IllegalArgumentException("No migration was created then");
    }
    return Instant.ofEpochMilli(millis);
  }
}
