package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class HostQueriesTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final UUID WEB = UUID.randomUUID();
  private static final UUID SICK = UUID.randomUUID();

  private final HostCalls calls = new HostCalls("kvm-a");
  private final CompletableFuture<String> storage = new CompletableFuture<>();
  private final AtomicInteger hanging = new AtomicInteger();
  private volatile boolean alive = true;

  private final HostQueries queries =
      new HostQueries("kvm-a", calls, () -> null, () -> alive ? "alive" : storage.join());

  @AfterEach
  void theStorageIsBack() {
    storage.complete("late");
    calls.close();
  }

  private String waitForTheStorage() {
    hanging.incrementAndGet();
    return storage.join();
  }

  private LibvirtFailure silence(Errand errand, UUID domain) {
    return catchThrowableOfType(
        LibvirtFailure.class,
        () -> queries.askDomain(errand, domain, this::waitForTheStorage, SHORT));
  }

  @Test
  void aDomainThatIsLockedIsSilentAndItsHostIsNot() {
    assertThat(silence(Errand.READING, SICK).aboutSilentGuest()).isTrue();
    assertThat(silence(Errand.READING, SICK))
        .hasMessageContaining("libvirtd of kvm-a does not tell of the domain");
    assertThat(silence(Errand.READING, HostQueries.ALL_DOMAINS))
        .hasMessageContaining("libvirtd of kvm-a does not list its domains");
    assertThat(queries.askDomain(Errand.READING, WEB, () -> "there", LONG)).isEqualTo("there");
    assertThat(queries.ask(Errand.READING, () -> "here", LONG)).isEqualTo("here");
  }

  /** It is looked at again, as a host is that falls silent. */
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "READING")
  void aMigrationWaitsForADomainThatIsLocked(Errand errand) {
    for (int look = 0; look < 30; look++) {
      assertThatThrownBy(() -> queries.askDomain(errand, SICK, this::waitForTheStorage, SHORT))
          .isInstanceOf(HostUnreachable.class)
          .hasMessageContaining("does not tell of the domain");
    }
    await().until(() -> hanging.get() > 0);
    assertThat(hanging).hasValue(1);
  }

  @Test
  void nobodyAsksTheQemuOfADomainThatIsLocked() {
    assertThat(silence(Errand.READING, SICK).aboutSilentGuest()).isTrue();
    assertThatThrownBy(() -> queries.askGuest(Errand.READING, SICK, this::asked, SHORT))
        .isInstanceOf(LibvirtFailure.class);
    assertThatThrownBy(() -> queries.askGuest(Errand.CARRYING, SICK, this::asked, SHORT))
        .isInstanceOf(HostUnreachable.class);
    assertThat(queries.askGuest(Errand.CARRYING, WEB, () -> "told", LONG)).isEqualTo("told");
  }

  private String asked() {
    throw new AssertionError("It would hang as well");
  }

  @Test
  void whatIsDoneToADomainWaitsBehindNobodyWhoOnlyAsks() {
    assertThat(silence(Errand.READING, SICK).aboutSilentGuest()).isTrue();
    assertThat(queries.tellDomain(Errand.FOLLOWING, SICK, () -> "destroyed", LONG))
        .isEqualTo("destroyed");
  }

  @Test
  void aHostThatTellsNothingIsTheOneThatIsSilent() {
    alive = false;
    assertThatThrownBy(
            () -> queries.askDomain(Errand.READING, SICK, this::waitForTheStorage, SHORT))
        .isInstanceOf(HostUnreachable.class);
    assertThatThrownBy(
            () -> queries.askPool(Errand.READING, "images", this::waitForTheStorage, SHORT))
        .isInstanceOf(HostUnreachable.class);
  }

  /** Nothing is known of the pool: who reads goes on without it, a migration waits. */
  @Test
  void aPoolThatWasNotAskedIsNotCalledSilent() {
    fill(Errand.READING);
    LibvirtFailure notAsked =
        catchThrowableOfType(
            LibvirtFailure.class, () -> queries.askPool(Errand.READING, "images", () -> "", SHORT));
    assertThat(notAsked.aboutSilentPool()).isTrue();
    assertThat(notAsked)
        .hasMessage("Host kvm-a was not asked, as too many calls to it wait or hang");
    assertThat(queries.askPool(Errand.CARRYING, "images", () -> "read", LONG)).isEqualTo("read");
    fill(Errand.CARRYING);
    assertThatThrownBy(() -> queries.askPool(Errand.CARRYING, "images", () -> "", SHORT))
        .isInstanceOf(HostUnreachable.class);
  }

  private void fill(Errand errand) {
    for (int pool = 0; pool < errand.open(); pool++) {
      String name = errand + "-" + pool;
      assertThatThrownBy(() -> queries.askPool(errand, name, this::waitForTheStorage, SHORT))
          .isInstanceOfSatisfying(
              LibvirtFailure.class,
              silent ->
                  assertThat(silent).hasMessageContaining(name + " of kvm-a does not answer"));
    }
  }
}
