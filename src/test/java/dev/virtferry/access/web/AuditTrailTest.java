package dev.virtferry.access.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.virtferry.access.AuditEntry;
import dev.virtferry.access.AuditLog;
import dev.virtferry.access.AuditQuery;
import dev.virtferry.access.Callers;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditTrailTest {

  private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

  private final AtomicLong nanos = new AtomicLong();
  private final Written written = new Written();
  private final AuditTrail trail = new AuditTrail(written, nanos::get);

  private static final class Written implements AuditLog {

    final Map<UUID, AuditEntry> entries = Collections.synchronizedMap(new LinkedHashMap<>());
    final AtomicInteger writes = new AtomicInteger();

    @Override
    public void add(AuditEntry entry) {
      writes.incrementAndGet();
      entries.put(entry.id(), entry);
    }

    @Override
    public void grow(AuditEntry entry) {
      add(entry);
    }

    @Override
    public List<AuditEntry> list(AuditQuery query) {
      return List.copyOf(entries.values());
    }
  }

  private static AuditEntry call(
      String caller, @Nullable String domain, int status, @Nullable String problem, long second) {
    Instant at = NOON.plusSeconds(second);
    return new AuditEntry(
        UUID.randomUUID(),
        at,
        at,
        1,
        caller,
        "10.0.0.1",
        "POST /v1/migrations",
        domain,
        null,
        status,
        problem,
        "request");
  }

  private Collection<AuditEntry> list() {
    return trail.list(new AuditQuery(Callers.ADMIN, null, null, null, null, 50));
  }

  @Test
  void whatWasRefusedAlikeIsOneEntryThatTellsHowManyAndFromWhenToWhen() {
    for (int call = 0; call < 2_000; call++) {
      trail.keep(call("token:a", "web-01", 429, "rate-limited", call / 40));
    }
    assertThat(written.writes).hasValue(1);
    assertThat(list())
        .singleElement()
        .satisfies(entry -> {
          assertThat(entry.calls()).isEqualTo(2_000);
          assertThat(entry.at()).isEqualTo(NOON);
          assertThat(entry.until()).isEqualTo(NOON.plusSeconds(49));
          assertThat(entry.domain()).isEqualTo("web-01");
        });
    assertThat(written.writes).as("of an entry that is asked for").hasValue(2);
    assertThat(list()).hasSize(1);
    assertThat(written.writes).as("when nothing was added").hasValue(2);
  }

  @Test
  void whatMayHaveChangedSomethingHasAnEntryOfItsOwn() {
    for (int call = 0; call < 20; call++) {
      trail.keep(call("token:a", "web-01", 202, null, call));
      trail.keep(call("token:a", "web-01", 500, "internal-error", call));
    }
    assertThat(list()).hasSize(40).allMatch(entry -> entry.calls() == 1);
  }

  @Test
  void manyKindsAreToldApartByTheRefusalAlone() {
    for (int call = 0; call < 2_000; call++) {
      trail.keep(call("token:a", "nobody-" + call, 422, "domain-not-found", 0));
    }
    trail.keep(call("token:a", "nobody", 403, "forbidden", 0));
    trail.keep(call("token:b", "web-01", 403, "forbidden", 0));
    assertThat(list())
        .extracting(AuditEntry::caller, AuditEntry::domain, AuditEntry::problem, AuditEntry::calls)
        .containsExactly(
            tuple("token:a", "nobody-0", "domain-not-found", 1L),
            tuple("token:a", "nobody-1", "domain-not-found", 1L),
            tuple("token:a", "nobody-2", "domain-not-found", 1L),
            tuple("token:a", "nobody-3", "domain-not-found", 1L),
            tuple("token:a", "nobody-4", "domain-not-found", 1L),
            tuple("token:a", null, "domain-not-found", 1_995L),
            tuple("token:a", null, "forbidden", 1L),
            tuple("token:b", "web-01", "forbidden", 1L));
  }

  @Test
  void aSumEndsAfterAMinuteAndIsWrittenThen() {
    trail.keep(call("token:a", "web-01", 403, "forbidden", 0));
    trail.keep(call("token:a", "web-01", 403, "forbidden", 40));
    nanos.addAndGet(Duration.ofSeconds(61).toNanos());
    trail.keep(call("token:a", "web-01", 403, "forbidden", 61));
    await()
        .untilAsserted(() ->
            assertThat(written.entries.values())
                .extracting(AuditEntry::calls)
                .containsExactly(2L, 1L));
  }

  @Test
  void whatWasCountedIsWrittenAtTheEnd() {
    trail.keep(call("token:a", "web-01", 403, "forbidden", 0));
    trail.keep(call("token:a", "web-01", 403, "forbidden", 1));
    trail.settle();
    assertThat(written.entries.values()).extracting(AuditEntry::calls).containsExactly(2L);
  }
}
