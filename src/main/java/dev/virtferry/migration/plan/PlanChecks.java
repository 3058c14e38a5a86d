package dev.virtferry.migration.plan;

import dev.virtferry.migration.plan.MigrationPlan.Check;
import dev.virtferry.migration.plan.MigrationPlan.Check.Outcome;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.List;

/** What was found while planning. */
final class PlanChecks {

  private final List<Check> checks = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();

  void passed(Subject subject, String detail) {
    checks.add(new Check(subject, Outcome.PASSED, detail));
  }

  void unknown(Subject subject, String detail) {
    checks.add(new Check(subject, Outcome.UNKNOWN, detail));
  }

  void failed(Subject subject, Problem problem) {
    checks.add(new Check(subject, Outcome.FAILED, problem.detail()));
    problems.add(problem);
  }

  /** Fails for each problem, or passes when there is none. */
  void add(Subject subject, List<Problem> found, String otherwise) {
    add(subject, found, List.of(), otherwise);
  }

  /** Fails for each problem, can't tell for each doubt, or passes when there is neither. */
  void add(Subject subject, List<Problem> found, List<String> doubts, String otherwise) {
    if (found.isEmpty() && doubts.isEmpty()) {
      passed(subject, otherwise);
    }
    found.forEach(problem -> failed(subject, problem));
    doubts.forEach(words -> unknown(subject, words));
  }

  List<Check> checks() {
    return List.copyOf(checks);
  }

  List<Problem> problems() {
    return List.copyOf(problems);
  }
}
