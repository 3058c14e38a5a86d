package dev.virtferry.problem;

/**
 * An address names something that does not exist; answered with 404 whatever the problem's type.
 */
public final class NotThere extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  public NotThere(Problem problem) {
    super(problem.detail());
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
