package dev.virtferry.migration;

import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Unfulfilled;
import java.util.UUID;

/** A migration was told to do what its state does not allow. */
public final class IllegalTransition extends Unfulfilled {

  private static final long serialVersionUID = 1L;

  IllegalTransition(UUID id, MigrationState from, Verb verb) {
    this("Migration %s is %s and can't %s".formatted(id, from, verb.words()), verb.refusal(from));
  }

  private IllegalTransition(String message, ProblemType type) {
    super(
        message,
        Problem.of(type, message + "; its end, or what has to be done, shows in its status."));
  }
}
