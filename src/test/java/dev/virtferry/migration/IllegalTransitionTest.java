package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.problem.ProblemType;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IllegalTransitionTest {

  private static final UUID ID = UUID.fromString("0198c0de-0000-7000-8000-000000000001");

  @ParameterizedTest
  @CsvSource({
    "CANCEL, FINISHING, MIGRATION_NOT_CANCELLABLE",
    "CANCEL, NEEDS_ATTENTION, MIGRATION_NOT_CANCELLABLE",
    "CANCEL, SUCCEEDED, MIGRATION_NOT_CANCELLABLE",
    "RESOLVE, MIGRATING, MIGRATION_NOT_RESOLVABLE",
    "RESOLVE, FAILED, MIGRATION_OVER",
    "RESUME, QUEUED, MIGRATION_NOT_RESUMABLE",
    "RESUME, CANCELLED, MIGRATION_OVER",
    "RETUNE, FINISHING, MIGRATION_OVER",
    "COMPLETE, SUCCEEDED, MIGRATION_OVER",
    "PREPARE, CANCELLED, MIGRATION_OVER",
  })
  void namesTheProblemByWhatWasWishedAndWhen(Verb verb, MigrationState from, ProblemType type) {
    assertThat(new IllegalTransition(ID, from, verb).problem().type()).isEqualTo(type);
  }

  @Test
  void saysWhatTheMigrationIsAndWhereToLook() {
    var tooLate = new IllegalTransition(ID, MigrationState.FINISHING, Verb.CANCEL);
    assertThat(tooLate).hasMessage("Migration %s is FINISHING and can't be cancelled", ID);
    assertThat(tooLate.problem().detail())
        .isEqualTo(
            tooLate.getMessage() + "; its end, or what has to be done, shows in its status.");
    assertThat(tooLate.status()).isEqualTo(409);
  }
}
