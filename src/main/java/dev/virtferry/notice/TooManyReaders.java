package dev.virtferry.notice;

import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.RetryAfter;
import dev.virtferry.problem.Unfulfilled;
import java.util.Locale;
import java.util.Map;

/** As many clients wait on this replica as may. */
final class TooManyReaders extends Unfulfilled {

  private static final long serialVersionUID = 1L;

  private TooManyReaders(String message) {
    super(
        message,
        Problem.of(ProblemType.TOO_MANY_STREAMS, message + "; poll, or try again in a moment."));
  }

  static TooManyReaders ofAll(int most) {
    return new TooManyReaders(String.format(Locale.ROOT, "%d clients wait here already", most));
  }

  static TooManyReaders ofOne(int most) {
    return new TooManyReaders(
        String.format(Locale.ROOT, "%d clients with your token wait here already", most));
  }

  @Override
  public Map<String, String> headers() {
    return RetryAfter.A_MOMENT;
  }
}
