package dev.virtferry.migration;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** The one way to read the id of a migration: as it was given out, in small letters or capitals. */
public final class MigrationId {

  private static final Pattern FORM =
      Pattern.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

  private MigrationId() {}

  /** Empty for every other text, such as one with blanks around an id. */
  public static Optional<UUID> parse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
  }
}
