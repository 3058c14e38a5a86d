package dev.virtferry.problem;

/**
 * An address names something that does not exist; answered with 404 whatever the problem's type.
 */
public final class NotThere extends Unfulfilled {

  private static final long serialVersionUID = 1L;

  public NotThere(Problem problem) {
    super(problem.detail(), problem);
  }

  @Override
  public int status() {
    return 404;
  }
}
