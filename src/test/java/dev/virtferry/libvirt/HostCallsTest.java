package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.HostCalls.Crowded;
import dev.virtferry.libvirt.HostCalls.Late;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostCallsTest {

  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration SHORT = Duration.ofMillis(20);

  private final HostCalls calls = new HostCalls("kvm-a");
  private final Turns<String> turns = new Turns<>();

  /** Hangs until it is complete, as a native call does that can't be interrupted. */
  private final CompletableFuture<String> storage = new CompletableFuture<>();

  private final AtomicInteger hanging = new AtomicInteger();

  @AfterEach
  void theStorageIsBack() {
    storage.complete("late");
    calls.close();
  }

  private String waitForTheStorage() {
    hanging.incrementAndGet();
    try {
      return storage.join();
    } finally {
      hanging.decrementAndGet();
    }
  }

  private void hang(String domain, Lane lane) {
    assertThatThrownBy(() -> calls.makeAlone(turns, domain, lane, this::waitForTheStorage, SHORT))
        .isInstanceOf(Late.class);
  }

  private String answer(String domain, Lane lane) throws Late, Crowded {
    return calls.makeAlone(turns, domain, lane, () -> "answered", LONG);
  }

  @Test
  void howeverManyAskOnlyOneCallAboutADomainHangs() throws Late, Crowded {
    for (int call = 0; call < 30; call++) {
      hang("sick", Lane.READING);
      hang("sick", Lane.CARRYING);
      hang("sick", Lane.FOLLOWING);
    }
    await().until(() -> hanging.get() > 0);
    assertThat(hanging).hasValue(1);
    assertThat(answer("web", Lane.READING)).isEqualTo("answered");
    assertThat(answer("web", Lane.FOLLOWING)).isEqualTo("answered");
  }

  @Test
  void eightGuestsThatHangMakeNoOtherLookSo() throws Late, Crowded {
    for (int guest = 0; guest < 8; guest++) {
      hang("sick-" + guest, Lane.READING_GUESTS);
    }
    assertThat(answer("web", Lane.READING_GUESTS)).isEqualTo("answered");
  }

  @Test
  void threePoolsThatHangAndTheListMakeNoOtherLookSo() throws Late, Crowded {
    for (String pool : new String[] {"", "nfs-1", "nfs-2", "nfs-3"}) {
      hang(pool, Lane.READING_POOLS);
    }
    assertThat(answer("images", Lane.READING_POOLS)).isEqualTo("answered");
  }

  /** A daemon has twenty workers; the answer is that the host was not asked. */
  @Test
  void thoseWhoReadAndThoseWhoPrepareLeaveSomeOfTheDaemonsWorkers() throws Late, Crowded {
    for (int guest = 0; guest < Errand.READING.open(); guest++) {
      hang("sick-" + guest, Lane.READING_GUESTS);
    }
    assertThatThrownBy(() -> calls.makeAlone(turns, "web", Lane.READING_GUESTS, () -> "", SHORT))
        .isInstanceOf(Crowded.class);
    assertThat(calls.make(Lane.READING, () -> "here", LONG)).isEqualTo("here");
    for (int pool = 0; pool < Errand.CARRYING.open(); pool++) {
      hang("pool-" + pool, Lane.CARRYING_POOLS);
    }
    assertThat(hanging.get()).isLessThan(20);
    assertThat(answer("web", Lane.FOLLOWING)).isEqualTo("answered");
    assertThat(answer("web", Lane.FOLLOWING_GUESTS)).isEqualTo("answered");
    storage.complete("back");
    await().until(() -> hanging.get() == 0);
    assertThat(answer("web", Lane.READING_GUESTS)).isEqualTo("answered");
    assertThat(answer("sick-1", Lane.CARRYING_POOLS)).isEqualTo("answered");
  }

  @Test
  void whoeverReadsTakesNoPlaceOfAMigration() throws Late, Crowded {
    Supplier<String> waiting = this::waitForTheStorage;
    for (int reader = 0; reader < 40; reader++) {
      String domain = "guest-" + reader;
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            var _ =
                catchThrowable(() -> calls.makeAlone(turns, domain, Lane.READING, waiting, LONG));
          });
    }
    await().until(() -> hanging.get() == Lane.READING.places());
    assertThat(answer("web", Lane.CARRYING)).isEqualTo("answered");
    assertThat(answer("images", Lane.CARRYING_POOLS)).isEqualTo("answered");
    assertThat(answer("guest-40", Lane.CARRYING_GUESTS)).isEqualTo("answered");
    assertThat(answer("web", Lane.FOLLOWING)).isEqualTo("answered");
  }

  @Test
  void whatIsThrownInTheCallIsThrownHere() {
    assertThatThrownBy(() ->
            calls.makeAlone(
                turns,
                "web",
                Lane.READING,
                () -> {
                  throw new IllegalStateException("played");
                },
                LONG))
        .hasMessage("played");
    assertThat(turns.size()).isZero();
  }
}
