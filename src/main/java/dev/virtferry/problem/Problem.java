package dev.virtferry.problem;

import java.util.List;

/**
 * Why a wish was refused, or why a migration failed.
 *
 * @param detail what happened and what to do about it
 * @param errors the fields that are to blame; empty when none is
 */
public record Problem(ProblemType type, String detail, List<FieldError> errors) {

  /**
   * A field that is to blame.
   *
   * @param pointer a JSON pointer in fragment form, such as {@code #/disks/1}
   * @param detail what is wrong with it
   */
  public record FieldError(String pointer, String detail) {}

  public Problem {
    errors = List.copyOf(errors);
  }

  public static Problem of(ProblemType type, String detail) {
    return new Problem(type, detail, List.of());
  }

  /** A problem of one field; its words serve the whole and the field. */
  public static Problem at(String pointer, ProblemType type, String detail) {
    return new Problem(type, detail, List.of(new FieldError(pointer, detail)));
  }
}
