package dev.virtferry.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.virtferry.migration.MovedClock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** A log that is told the same over and over does not fill the disk. */
class FloodsTest {

  private final MovedClock clock = new MovedClock();
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private final Logger log = context.getLogger("some.library");

  @BeforeEach
  void aLog() {
    written.start();
    context.getLogger("ROOT").addAppender(written);
    context.addTurboFilter(new Floods(context, clock));
  }

  private List<String> lines() {
    return written.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void theFirstOfAKindAreWrittenAsTheyAre() {
    for (int i = 0; i < 100; i++) {
      log.error("Failed for {} after {} ms", "8e0c47d1-93b6", i, new IllegalStateException());
    }
    assertThat(written.list).hasSize(5).allMatch(event -> event.getThrowableProxy() != null);
  }

  @Test
  void eachMigrationIsToldOf() {
    for (int migration = 0; migration < 50; migration++) {
      try (var _ = MDC.putCloseable("migration", "m-" + migration)) {
        log.warn("The source is silent");
      }
    }
    assertThat(lines()).hasSize(50);
  }

  @Test
  void timesDoNotMakeAnotherKind() {
    for (int second = 10; second < 60; second++) {
      log.warn("Not since {}", String.format(Locale.ROOT, "2026-05-01T12:00:%d.123Z", second));
    }
    assertThat(lines()).hasSize(5);
  }

  /** As db-scheduler and the pool tell of a database that is away. */
  @Test
  void neitherDoConnectionsAndCounts() {
    for (int i = 0; i < 50; i++) {
      log.warn("HikariPool-1 - Connection {} marked as broken", "conn" + i);
      log.warn("HikariPool-1 - Connection {} marked as broken", "PgConnection@" + (7_100 + i));
      log.warn("Heartbeat-state={}", "{failuresSinceLastSuccess=" + i + "}");
    }
    assertThat(lines()).hasSize(15);
  }

  @Test
  void theOthersAreOneLineForEachMinute() {
    for (int second = 0; second < 600; second++) {
      log.error("Failed after {} ms", second, new IllegalStateException());
      clock.move(Duration.ofSeconds(1));
    }
    assertThat(lines()).hasSizeBetween(13, 15);
    assertThat(lines().getLast())
        .matches(
            "\\d+ more like this were not written: some.library: Failed after # ms"
                + " java.lang.IllegalStateException");
    long leftOut =
        lines().stream()
            .filter(line -> line.contains("more like this"))
            .mapToLong(line -> Long.parseLong(line.split(" ", 2)[0]))
            .sum();
    assertThat(leftOut).isBetween(530L, 595L);
  }

  @Test
  void whatPausedIsWrittenAgain() {
    for (int i = 0; i < 6; i++) {
      log.error("Failed");
    }
    for (int quarter = 0; quarter < 12; quarter++) {
      clock.move(Duration.ofSeconds(15));
      log.info("Something else");
    }
    int before = lines().size();
    log.error("Failed");
    assertThat(lines()).hasSize(before + 1).endsWith("Failed");
    assertThat(lines())
        .filteredOn(line -> line.startsWith("1 more like this were not written"))
        .hasSize(1);
  }

  @Test
  void whatDiffersInWordsIsWritten() {
    for (String host : List.of("kvm-1", "kvm-2", "kvm-3", "kvm-4", "kvm-5", "kvm-6", "kvm-7")) {
      log.warn("{} does not answer", host);
    }
    assertThat(lines()).hasSize(7);
  }

  /** As db-scheduler tells of each attempt at a heartbeat. */
  @Test
  void aStackTraceIsTroubleWhateverItsLevelIs() {
    for (int i = 0; i < 50; i++) {
      log.info("Remaining retries={}", i, new IllegalStateException());
    }
    assertThat(lines()).hasSize(5);
  }

  @Test
  void whatIsNoTroubleIsWrittenAlways() {
    for (int i = 0; i < 50; i++) {
      log.info("Called");
    }
    assertThat(lines()).hasSize(50);
  }

  @Test
  void aClockThatIsSetBackSilencesNothing() {
    for (int i = 0; i < 6; i++) {
      log.error("Failed");
    }
    clock.set(Duration.ofHours(-3));
    for (int quarter = 0; quarter < 8; quarter++) {
      clock.move(Duration.ofSeconds(15));
      log.info("Something else");
    }
    assertThat(lines()).filteredOn(line -> line.startsWith("1 more like this")).hasSize(1);
  }
}
