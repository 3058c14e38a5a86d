package dev.virtferry.migration.web;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.asyncDispatch;

import dev.virtferry.ApiTest;
import dev.virtferry.access.Callers;
import dev.virtferry.access.Scope;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.notice.Audience;
import dev.virtferry.notice.ChangeFeed;
import dev.virtferry.notice.Subscriber;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

class WatchApiTest extends ApiTest {

  private static final List<String> UNENDED =
      List.of("QUEUED", "PREPARING", "MIGRATING", "FINISHING");

  private final DomainDescription guest =
      Domains.running("watched-" + UUID.randomUUID(), Domains.disk("vda"));
  private String path = "";

  @Autowired private ChangeFeed changes;
  @Autowired private WatchController controller;
  @Autowired private MigrationQueries migrations;

  @BeforeEach
  void aMigrationThatRuns() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", guest);
    MvcTestResult started =
        http.post()
            .uri("/v1/migrations")
            .contentType("application/json")
            .content(
                "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"]}"
                    .formatted(guest.name()))
            .exchange();
    assertThat(started).hasStatus(202);
    path = String.valueOf(started.getResponse().getHeader("Location"));
    await().until(() -> !hosts().made().isEmpty());
  }

  @AfterEach
  void itHasEnded() {
    await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return !UNENDED.contains(state());
        });
  }

  private String state() {
    return body(http.get().uri(path).exchange()).get("state").asString();
  }

  private String etag() {
    return String.valueOf(http.get().uri(path).exchange().getResponse().getHeader("ETag"));
  }

  /** The ETag once nothing changes any more by itself. */
  private String settledEtag() {
    await().until(() -> state().equals("MIGRATING"));
    return await().during(Duration.ofMillis(200)).until(this::etag, etag()::equals);
  }

  private static List<String> lines(MvcTestResult stream, String field) throws Exception {
    return stream
        .getResponse()
        .getContentAsString()
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1))
        .toList();
  }

  @Test
  void tellsHowItIsAndEveryChangeUntilTheEnd() throws Exception {
    MvcTestResult stream = http.get().uri(path + "/events").asyncExchange();
    assertThat(stream).hasStatusOk();
    await().until(() -> !lines(stream, "id").isEmpty());
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    await().until(() -> lines(stream, "event").contains("progress"));
    hosts().rollBackTo("kvm-a");
    await().until(() -> stream.getResponse().getContentAsString().contains("\"state\":\"FAILED\""));
    assertThat(stream).hasContentTypeCompatibleWith("text/event-stream");
    assertThat(lines(stream, "event")).startsWith("state").endsWith("state");
    assertThat(lines(stream, "id")).doesNotHaveDuplicates().endsWith(etag());
  }

  @Test
  void beginsWithNewsForWhoeverKnowsTheRest() throws Exception {
    MvcTestResult stream =
        http.get().uri(path + "/events").header("Last-Event-ID", settledEtag()).asyncExchange();
    String known = etag();
    hosts().rollBackTo("kvm-a");
    await().until(() -> stream.getResponse().getContentAsString().contains("\"state\":\"FAILED\""));
    assertThat(lines(stream, "id")).doesNotContain(known);
  }

  /** Whoever writes events would else write beside the thread of the request. */
  @Test
  void theHeadIsSentBeforeTheFirstEvent() throws Exception {
    MvcTestResult stream =
        http.get().uri(path + "/events").header("Last-Event-ID", settledEtag()).asyncExchange();
    assertThat(lines(stream, "id")).isEmpty();
    assertThat(stream.getResponse().isCommitted()).isTrue();
    assertThat(stream).hasContentTypeCompatibleWith("text/event-stream");
    assertThat(stream).containsHeader("Content-Security-Policy");
    hosts().rollBackTo("kvm-a");
  }

  /** More of them than one caller may have seats. */
  @Test
  void whoeverLeavesBeforeTheHeadIsSentKeepsNoSeat() {
    var gone =
        new HttpServletResponseWrapper(new MockHttpServletResponse()) {
          @Override
          public void flushBuffer() throws IOException {
            throw new IOException("reset");
          }
        };
    MigrationSnapshot now =
        migrations.find(UUID.fromString(path.substring(path.lastIndexOf('/') + 1))).orElseThrow();
    for (int i = 0; i < 300; i++) {
      assertThatThrownBy(() -> controller.events(now, "", Callers.ADMIN, HttpMethod.GET, gone))
          .hasMessage("reset");
    }
    MvcTestResult stream = http.get().uri(path + "/events").asyncExchange();
    assertThat(stream).hasStatusOk();
  }

  @Test
  void whoeverAsksForTheHeadAloneTakesNoSeat() {
    for (int i = 0; i < 300; i++) {
      assertThat(http.head().uri(path + "/events").exchange()).hasStatusOk();
    }
    MvcTestResult stream = http.get().uri(path + "/events").asyncExchange();
    assertThat(stream).hasStatusOk();
  }

  @Test
  void tellsTheEndToWhoeverComesAfterIt() throws Exception {
    hosts().rollBackTo("kvm-a");
    await().until(() -> state().equals("FAILED"));
    MvcTestResult stream = http.get().uri(path + "/events").asyncExchange();
    await().until(() -> lines(stream, "id").equals(List.of(etag())));
  }

  @Test
  void refusesEventsOfAMigrationThatIsNotThere() {
    assertProblem(
        http.get().uri("/v1/migrations/" + UUID.randomUUID() + "/events").exchange(),
        404,
        "migration-not-found",
        null);
  }

  /** What a reader is told, and whether that is over. */
  private static final class Told implements Subscriber {

    private final List<MigrationSnapshot> changes = new CopyOnWriteArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final boolean gone;

    Told(boolean gone) {
      this.gone = gone;
    }

    @Override
    public void changed(MigrationSnapshot now) {
      changes.add(now);
      if (gone) {
        throw new IllegalStateException("The client left");
      }
    }

    @Override
    public void quiet() {}

    @Override
    public void closed() {
      over.set(true);
    }
  }

  private Told tell(Audience audience) {
    return tell(audience, new Told(false));
  }

  private Told tell(Audience audience, Told told) {
    UUID id = UUID.fromString(path.substring(path.lastIndexOf('/') + 1));
    changes.watch(id, audience, "", told);
    return told;
  }

  @Test
  void tellsNothingMoreOnceATokenIsOver() {
    Told told = tell(new Audience("token:late", Instant.EPOCH, _ -> true));
    await().untilTrue(told.over);
    assertThat(told.changes).isEmpty();
  }

  @Test
  void tellsNothingMoreOfWhatTheCallerMayNotSeeAnyMore() {
    var sees = new AtomicBoolean(true);
    Told told = tell(new Audience("token:narrowed", null, _ -> sees.get()));
    await().until(() -> !told.changes.isEmpty());
    settledEtag();
    sees.set(false);
    int before = told.changes.size();
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    await().untilTrue(told.over);
    assertThat(told.changes).hasSize(before);
  }

  @Test
  void tellsEverybodyElseWhenOneCanNotBeReachedAnyMore() {
    Told gone = tell(new Audience("token:gone", null, _ -> true), new Told(true));
    Told told = tell(new Audience("token:here", null, _ -> true), new Told(false));
    await().until(() -> !gone.changes.isEmpty() && !told.changes.isEmpty());
    settledEtag();
    int before = told.changes.size();
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    await().until(() -> told.changes.size() > before);
    assertThat(gone.changes).hasSize(1);
  }

  /** Ends nothing and writes nothing, as the web server has ended the request by itself. */
  private static final class EndedByTheServer extends SseEmitter {

    private final AtomicReference<@Nullable Thread> told = new AtomicReference<>();
    private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

    @Override
    public void send(SseEventBuilder event) {
      throw new IllegalStateException("The client left");
    }

    @Override
    public void completeWithError(Throwable why) {
      Thread.currentThread().setUncaughtExceptionHandler((_, thrown) -> uncaught.add(thrown));
      told.set(Thread.currentThread());
      throw new IllegalStateException("AsyncListener.onError() had returned");
    }
  }

  @Test
  void endsQuietlyForAClientWhoseRequestTheServerHasEnded() throws Exception {
    Told told = tell(new Audience("token:here", null, _ -> true));
    await().until(() -> !told.changes.isEmpty());
    var ended = new EndedByTheServer();
    new EventStream(ended, Scope.EVERYTHING).changed(told.changes.getFirst());
    await().until(() -> ended.told.get() != null);
    Objects.requireNonNull(ended.told.get()).join();
    assertThat(ended.uncaught).isEmpty();
  }

  /** Spring hears of an emitter after it wrote what came early: it never calls back for those. */
  @Test
  void leavesTheSeatOfAClientThatWasGoneBeforeSpringKnewOfIt() {
    Told told = tell(new Audience("token:here", null, _ -> true));
    await().until(() -> !told.changes.isEmpty());
    var closed = new AtomicInteger();
    var before = new EventStream(new EndedByTheServer(), Scope.EVERYTHING);
    before.sit(closed::incrementAndGet);
    before.changed(told.changes.getFirst());
    await().until(() -> closed.get() == 1);
    before.sit(closed::incrementAndGet);
    assertThat(closed).hasValue(2);
  }

  private MvcTestResult waiting(String etag, String prefer) {
    return http.get().uri(path).header("If-None-Match", etag).header("Prefer", prefer).exchange();
  }

  /** A wait that has begun: a client that is answered at once knows more then, and waits again. */
  private MvcTestResult begunWait(String prefer) {
    return await()
        .until(
            () ->
                http.get()
                    .uri(path)
                    .header("If-None-Match", settledEtag())
                    .header("Prefer", prefer)
                    .asyncExchange(),
            begun -> begun.getRequest().isAsyncStarted());
  }

  @Test
  void answersAWaitingClientAsSoonAsSomethingChanges() throws Exception {
    MvcTestResult pending = begunWait("wait=30");
    hosts().blockJob(guest.uuid(), "vda", 10 * MIB, 64 * MIB);
    MvcTestResult changed = http.perform(asyncDispatch(pending.getMvcResult()));
    assertThat(changed).hasStatusOk();
    assertThat(changed.getResponse().getHeader("Preference-Applied")).isEqualTo("wait=30");
    assertThat(changed.getResponse().getHeader("ETag"))
        .isNotEqualTo(pending.getRequest().getHeader("If-None-Match"));
  }

  @Test
  void saysThatNothingChangedWhenTheWaitIsOver() throws Exception {
    MvcTestResult pending = begunWait("wait=1");
    var context = (MockAsyncContext) Objects.requireNonNull(pending.getRequest().getAsyncContext());
    for (AsyncListener container : context.getListeners()) {
      container.onTimeout(new AsyncEvent(context));
    }
    MvcTestResult same = http.perform(asyncDispatch(pending.getMvcResult()));
    assertThat(same).hasStatus(304);
    assertThat(same.getResponse().getHeader("Preference-Applied")).isEqualTo("wait=1");
  }

  /** The web server of the tests ends no request, like one whose clock was set back. */
  @Test
  void saysThatNothingChangedThoughTheWebServerNeverEndsTheWait() throws Exception {
    MvcTestResult pending = begunWait("wait=1");
    pending.getMvcResult().getAsyncResult(Duration.ofMinutes(1).toMillis());
    MvcTestResult same = http.perform(asyncDispatch(pending.getMvcResult()));
    assertThat(same).hasStatus(304);
    assertThat(same.getResponse().getHeader("Preference-Applied")).isEqualTo("wait=1");
  }

  @Test
  void doesNotWaitForWhatCanNotChangeOrIsNotKnown() {
    assertThat(waiting("\"0-0\"", "wait=60")).hasStatusOk();
    await().until(() -> waiting(etag(), "wait=soon").getResponse().getStatus() == 304);
    hosts().rollBackTo("kvm-a");
    await().until(() -> state().equals("FAILED"));
    assertThat(waiting(etag(), "wait=60")).hasStatus(304);
  }
}
