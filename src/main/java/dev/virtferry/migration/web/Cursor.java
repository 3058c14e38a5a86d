package dev.virtferry.migration.web;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.virtferry.migration.MigrationQuery.Position;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;

/** A place in the list of migrations, as an opaque text. */
record Cursor(Position position) {

  private static final int MAX_LENGTH = 100;

  String text() {
    String words = position.createdAt().toEpochMilli() + " " + position.id();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(words.getBytes(US_ASCII));
  }

  /**
   * Reads what {@link #text} wrote; Spring calls it for the query parameter.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  static Cursor valueOf(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("Too long for a cursor");
    }
    String[] words = new String(Base64.getUrlDecoder().decode(text), US_ASCII).split(" ", -1);
    if (words.length != 2) {
      throw new IllegalArgumentException("Not a cursor");
    }
    Instant createdAt = Instant.ofEpochMilli(Long.parseLong(words[0]));
    return new Cursor(new Position(createdAt, UUID.fromString(words[1])));
  }
}
