package dev.virtferry.sql;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The embedded database's file is not whole. */
final class DatabaseDamaged extends RuntimeException {

  private static final long serialVersionUID = 1L;

  DatabaseDamaged(Path file, String why, @Nullable Throwable cause) {
    super("The database %s is damaged: %s.".formatted(file, why), cause);
  }
}
