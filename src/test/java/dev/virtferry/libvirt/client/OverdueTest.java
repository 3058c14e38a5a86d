package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.HostUnreachable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OverdueTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final Overdue<String> overdue = new Overdue<>();
  private final CompletableFuture<String> hanging = new CompletableFuture<>();

  @Test
  void nobodyWaitsWhereNothingHangs() {
    overdue.add("web", hanging);
    assertThat(overdue.over("db", Duration.ZERO)).isTrue();
  }

  @Test
  void noSecondCallIsMadeBesideOneThatHangs() {
    overdue.add("web", hanging);
    assertThat(overdue.over("web", SHORT)).isFalse();
  }

  @Test
  void theNextCallIsMadeWhenTheOneThatHungHasEnded() {
    overdue.add("web", hanging);
    var next = CompletableFuture.supplyAsync(() -> overdue.over("web", LONG));
    hanging.complete("at last");
    assertThat(next.join()).isTrue();
    assertThat(overdue.over("web", Duration.ZERO)).isTrue();
  }

  @Test
  void aCallThatHungAndFailedHasEndedAsWell() {
    overdue.add("web", hanging);
    var next = CompletableFuture.supplyAsync(() -> overdue.over("web", LONG));
    hanging.completeExceptionally(new HostUnreachable("kvm-a", "its daemon ended"));
    assertThat(next.join()).isTrue();
  }

  @Test
  void ofTwoThatHangEachIsForgottenOnItsOwn() {
    var second = new CompletableFuture<String>();
    overdue.add("web", hanging);
    overdue.add("web", second);
    hanging.complete("at last");
    assertThat(overdue.over("web", SHORT)).isFalse();
    second.complete("at last");
    assertThat(overdue.over("web", Duration.ZERO)).isTrue();
  }

  @Test
  void whatEndedInTheMeantimeIsNotNoted() {
    hanging.complete("just in time");
    overdue.add("web", hanging);
    assertThat(overdue.over("web", Duration.ZERO)).isTrue();
  }
}
