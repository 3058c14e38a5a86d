package dev.virtferry.migration;

import static dev.virtferry.problem.ProblemType.MIGRATION_NOT_CANCELLABLE;
import static dev.virtferry.problem.ProblemType.MIGRATION_NOT_RESOLVABLE;
import static dev.virtferry.problem.ProblemType.MIGRATION_NOT_RESUMABLE;
import static dev.virtferry.problem.ProblemType.MIGRATION_OVER;

import dev.virtferry.problem.ProblemType;

/** What a migration can be told to do. Its words end a sentence that says what it can't. */
enum Verb {
  PREPARE("prepare"),
  RECORD_VOLUMES("record volumes"),
  LEAVE_IMAGES("leave images"),
  START("start"),
  FIND("be found before the call"),
  OBSERVE("be observed"),
  GO_ON("go on"),
  CANCEL("be cancelled"),
  RETUNE("be retuned"),
  COMPLETE("be completed"),
  RESUME("be resumed"),
  SUSPEND_GUEST("suspend the guest"),
  RECOVER("recover"),
  NEED_ATTENTION("need attention"),
  GO_ON_AT_SOURCE("go on at the source"),
  START_ANEW("be started anew"),
  FINISH("finish"),
  SUCCEED_ELSEWHERE("succeed with the guest elsewhere"),
  SUCCEED("succeed"),
  END_AS_CANCELLED("end as cancelled"),
  FAIL("fail"),
  RESOLVE("be resolved");

  private final String words;

  Verb(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }

  /** The kind of problem for who may not have it done in that state. */
  ProblemType refusal(MigrationState from) {
    return switch (this) {
      case CANCEL -> MIGRATION_NOT_CANCELLABLE;
      case RESOLVE -> from.terminal() ? MIGRATION_OVER : MIGRATION_NOT_RESOLVABLE;
      case RESUME -> from.terminal() ? MIGRATION_OVER : MIGRATION_NOT_RESUMABLE;
      case PREPARE,
          RECORD_VOLUMES,
          LEAVE_IMAGES,
          START,
          FIND,
          OBSERVE,
          GO_ON,
          RETUNE,
          COMPLETE,
          SUSPEND_GUEST,
          RECOVER,
          NEED_ATTENTION,
          GO_ON_AT_SOURCE,
          START_ANEW,
          FINISH,
          SUCCEED_ELSEWHERE,
          SUCCEED,
          END_AS_CANCELLED,
          FAIL ->
          MIGRATION_OVER;
    };
  }
}
