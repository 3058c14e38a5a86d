package dev.virtferry.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.BesideOthers;
import dev.virtferry.host.Host;
import dev.virtferry.migration.run.ComparisonTurns.Turn;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@BesideOthers
class ComparisonTurnsTest {

  private final ComparisonTurns turns = new ComparisonTurns();

  private static Host host(String name) {
    return new Host(
        name, "qemu+tcp://" + name + "/system", "qemu+tcp://" + name + "/system", null, null);
  }

  private @Nullable Turn take(String source, String destination, int images) {
    try {
      return turns.take(host(source), host(destination), images, () -> false);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void thoseOfOneSlowHostLeaveTheOthersAlone() {
    assertThat(take("kvm-a", "kvm-b", 1)).isNotNull();
    assertThat(take("kvm-b", "kvm-c", 1)).isNotNull();
    assertThat(take("kvm-d", "kvm-b", 1)).isNull();
    assertThat(take("kvm-d", "kvm-e", 1)).isNotNull();
    assertThat(take("kvm-a", "kvm-c", 1)).isNotNull();
  }

  @Test
  void allOfThemShareANumberOfImages() {
    Turn deep = Objects.requireNonNull(take("kvm-a", "kvm-b", 200));
    assertThat(take("kvm-c", "kvm-d", 1)).isNull();
    deep.close();
    assertThat(take("kvm-c", "kvm-d", 1)).isNotNull();
  }

  @Test
  void whoGivesUpHasTakenNothing() {
    Turn deep = Objects.requireNonNull(take("kvm-a", "kvm-b", 16));
    for (int i = 0; i < 3; i++) {
      assertThat(take("kvm-c", "kvm-d", 1)).isNull();
    }
    deep.close();
    assertThat(take("kvm-c", "kvm-d", 1)).isNotNull();
    assertThat(take("kvm-d", "kvm-c", 1)).isNotNull();
  }

  @Test
  void theNextHasItsTurnWhenOneEnds() throws InterruptedException {
    Turn first = Objects.requireNonNull(take("kvm-a", "kvm-b", 1));
    assertThat(take("kvm-a", "kvm-b", 1)).isNotNull();
    var third =
        CompletableFuture.supplyAsync(() -> {
          try {
            return turns.take(host("kvm-b"), host("kvm-a"), 1, () -> true);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
    first.close();
    assertThat(third.join()).isNotNull();
  }
}
