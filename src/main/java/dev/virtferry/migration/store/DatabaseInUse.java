package dev.virtferry.migration.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says that the embedded database serves one process only, when another one has it. */
public final class DatabaseInUse implements FailureAnalyzer {

  /** H2's {@code DATABASE_ALREADY_OPEN_1}. */
  private static final int ALREADY_OPEN = 90_020;

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException refused && refused.getErrorCode() == ALREADY_OPEN) {
        return new FailureAnalysis(
            "Another virt-ferry has this embedded database open, and it serves one process only.",
            "Stop the other one, start this one in another directory, or give both a PostgreSQL"
                + " with spring.datasource.url.",
            cause);
      }
    }
    return null;
  }
}
