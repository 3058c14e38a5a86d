package dev.virtferry.migration;

import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.RetryAfter;
import dev.virtferry.problem.Unfulfilled;
import java.util.Locale;
import java.util.Map;

/** As many migrations of one caller wait for a slot as may. */
public final class QueueFull extends Unfulfilled {

  private static final long serialVersionUID = 1L;

  public QueueFull(int most) {
    this(String.format(Locale.ROOT, "%d of your migrations wait for a slot already", most));
  }

  private QueueFull(String message) {
    super(
        message,
        Problem.of(
            ProblemType.RATE_LIMITED,
            message + "; wait until some have begun, or cancel what is not needed."));
  }

  @Override
  public Map<String, String> headers() {
    return RetryAfter.A_MOMENT;
  }
}
