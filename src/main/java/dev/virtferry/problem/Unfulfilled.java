package dev.virtferry.problem;

import java.util.Map;

/**
 * A wish is not fulfilled. The failure carries all that whoever wished is told, so that nobody who
 * writes the answer has to know why.
 */
public abstract class Unfulfilled extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  /**
   * A failure with its problem.
   *
   * @param message for logs and traces
   */
  protected Unfulfilled(String message, Problem problem) {
    super(message);
    this.problem = problem;
  }

  public final Problem problem() {
    return problem;
  }

  /** The HTTP status of the answer. */
  public int status() {
    return problem.type().status();
  }

  /** What the answer says beside the problem, by its name in JSON. */
  public Map<String, Object> properties() {
    return Map.of();
  }

  /** The HTTP headers of the answer, by name. */
  public Map<String, String> headers() {
    return Map.of();
  }
}
