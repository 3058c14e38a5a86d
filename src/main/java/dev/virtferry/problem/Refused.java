package dev.virtferry.problem;

import java.util.Map;

/** A wish was refused; nothing was changed. */
public final class Refused extends Unfulfilled {

  private static final long serialVersionUID = 1L;

  private final transient Map<String, String> headers;

  public Refused(Problem problem) {
    this(problem, Map.of());
  }

  public Refused(Problem problem, Map<String, String> headers) {
    super(problem.detail(), problem);
    this.headers = Map.copyOf(headers);
  }

  @Override
  public Map<String, String> headers() {
    return headers;
  }
}
