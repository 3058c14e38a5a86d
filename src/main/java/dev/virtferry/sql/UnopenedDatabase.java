package dev.virtferry.sql;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says in a sentence why the embedded database can't be used, instead of a stack trace. */
public final class UnopenedDatabase implements FailureAnalyzer {

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DatabaseDamaged damaged) {
        return new FailureAnalysis(
            damaged.getMessage(),
            "Put a copy of it back, or move it away to start with an empty one; nothing was"
                + " changed in it. docs/runbook.md tells both.",
            damaged);
      }
      if (cause instanceof SQLException refused) {
        FileFailure why = FileFailure.of(refused).orElse(null);
        if (why != null) {
          return analysis(why, refused);
        }
      }
    }
    return null;
  }

  private static FailureAnalysis analysis(FileFailure why, SQLException refused) {
    return switch (why) {
      case IN_USE ->
          new FailureAnalysis(
              "Another virt-ferry has this embedded database open, and it serves one process only.",
              "Stop the other one, start this one in another directory, or give both a PostgreSQL"
                  + " with spring.datasource.url.",
              refused);
      case GENERAL, IO, DAMAGED, IO_OF_A_FILE, CLOSED, CLOSING ->
          new FailureAnalysis(
              "The embedded database can't be written: %s.".formatted(root(refused).getMessage()),
              "Look whether its disk is full, and whose its directory is.",
              refused);
    };
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : root(cause);
  }
}
