package dev.virtferry.migration.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.access.Scope;
import dev.virtferry.migration.Attention;
import dev.virtferry.migration.Failure;
import dev.virtferry.migration.Failure.LibvirtWords;
import dev.virtferry.migration.Silence;
import dev.virtferry.migration.web.MigrationResponse.MigrationError;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told of an error what libvirt said. */
class MigrationErrorTest {

  private static final Scope BOUND = new Scope(List.of("ta-*"), null);

  private static MigrationError shown(ProblemType type, Scope scope) {
    var words = new LibvirtWords(9, 10, "domain 'ta-1' already exists with uuid 1234");
    return MigrationError.of(new Failure(Problem.of(type, "It is 1234."), words), scope);
  }

  @Test
  void tellsABoundCallerNothingOfWhatTheDestinationHas() {
    for (ProblemType type :
        List.of(ProblemType.DESTINATION_CONFLICT, ProblemType.DESTINATION_STORAGE)) {
      assertThat(shown(type, BOUND).toString()).doesNotContain("1234");
      assertThat(shown(type, BOUND).libvirt()).isNull();
      assertThat(shown(type, Scope.EVERYTHING).libvirt()).isNotNull();
    }
  }

  @Test
  void tellsABoundCallerThatAHostIsAwayAndNotAtWhichAddress() {
    Attention why =
        new Attention(Instant.EPOCH, "Host kvm-b is unreachable.", "Wait.", Silence.DESTINATION)
            .saying("unable to connect to server at '10.0.0.2:16514'");
    assertThat(MigrationResponse.Attention.of(why, BOUND))
        .hasFieldOrPropertyWithValue("reason", "Host kvm-b is unreachable.");
    assertThat(String.valueOf(MigrationResponse.Attention.of(why, Scope.EVERYTHING)))
        .contains("10.0.0.2");
  }

  @Test
  void tellsABoundCallerWhatConcernsItsOwnDomain() {
    assertThat(shown(ProblemType.LIBVIRT_ERROR, BOUND).libvirt()).isNotNull();
  }
}
