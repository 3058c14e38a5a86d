package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AtOnceTest {

  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b", "kvm-c");

  /** One after the other, the first would wait for the others without end. */
  @Test
  void noneWaitsForAnother() {
    var asked = new CountDownLatch(HOSTS.size());
    assertThat(
            AtOnce.ask(
                HOSTS,
                host -> {
                  asked.countDown();
                  awaited(asked);
                  return host + "!";
                }))
        .containsExactly("kvm-a!", "kvm-b!", "kvm-c!");
  }

  @Test
  void eachIsAskedOnBehalfOfWhoeverAsks() {
    var asker = new Asker("token:one");
    assertThat(asker.asks(() -> AtOnce.ask(HOSTS, _ -> Asker.present()))).containsOnly(asker);
  }

  @Test
  void whatAQuestionThrowsIsThrown() {
    assertThatThrownBy(() ->
            AtOnce.ask(
                HOSTS,
                host -> {
                  throw new HostUnreachable(host, "it is away");
                }))
        .isInstanceOf(HostUnreachable.class)
        .hasMessageContaining("kvm-a");
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
