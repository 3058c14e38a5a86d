package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.DomainEvent;
import dev.virtferry.libvirt.DomainJobs;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Watch;
import dev.virtferry.libvirt.client.LibvirtConnections;
import dev.virtferry.libvirt.client.LibvirtJobs;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What real hosts tell unasked. */
@LabTest
class EventsIT {

  private static @Nullable LibvirtConnections connections;

  private final Lab lab;
  private final Service service;
  private final DomainJobs jobs = new LibvirtJobs(Objects.requireNonNull(connections));
  private final List<DomainEvent> atSource = new CopyOnWriteArrayList<>();
  private final List<DomainEvent> atDestination = new CopyOnWriteArrayList<>();
  private UUID guest = new UUID(0, 0);

  EventsIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @BeforeAll
  static void loadTheLibrary() {
    connections = new LibvirtConnections();
  }

  @AfterAll
  static void closeConnections() {
    if (connections != null) {
      connections.close();
    }
  }

  @BeforeEach
  void aGuestOnKvmA() {
    lab.guest("start", "web", "--shared", "vda=16M");
    guest = UUID.fromString(lab.on("kvm-a", "virsh", "domuuid", "web").strip());
  }

  @AfterEach
  void noGuestIsLeft() {
    lab.guest("remove", "web");
  }

  private Watch watch(String host, List<DomainEvent> heard) {
    return jobs.watch(new HostAddress(host, lab.peer(host)), guest, heard::add);
  }

  private static void awaitNews(List<DomainEvent> heard, DomainEvent... news) {
    await().atMost(Duration.ofSeconds(30)).until(() -> heard.containsAll(List.of(news)));
  }

  @Test
  void bothHostsTellOfAMigrationAndItsRecordTellsThePause() {
    try (Watch _ = watch("kvm-a", atSource);
        Watch _ = watch("kvm-b", atDestination)) {
      awaitNews(atSource, DomainEvent.LISTENING);
      awaitNews(atDestination, DomainEvent.LISTENING);
      String body = "{\"domain\":\"web\",\"destUri\":\"%s\"}".formatted(lab.peer("kvm-b"));
      JsonNode ended = service.awaitSuccess(service.migrate(body));
      awaitNews(
          atSource,
          DomainEvent.ITERATION,
          DomainEvent.SUSPENDED,
          DomainEvent.STOPPED,
          DomainEvent.JOB_COMPLETED);
      awaitNews(atDestination, DomainEvent.STARTED, DomainEvent.RESUMED);
      JsonNode progress = ended.get("progress");
      System.out.println("progress at the end: " + progress);
      assertThat(progress.get("downtimeMillis").isNumber()).as(progress.toString()).isTrue();
      assertThat(progress.get("bytesMoved").asLong()).isPositive();
      assertThat(progress.get("averageBytesPerSecond").asLong()).isPositive();
      assertThat(progress.get("etaSeconds").isNull()).isTrue();
    }
  }

  @Test
  void fiftyWatchesLeaveNoConnectionBehind() {
    long before = connectionsOf("kvm-a");
    for (int cycle = 0; cycle < 50; cycle++) {
      List<DomainEvent> heard = new CopyOnWriteArrayList<>();
      try (Watch _ = watch("kvm-a", heard)) {
        awaitNews(heard, DomainEvent.LISTENING);
      }
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(connectionsOf("kvm-a")).isLessThanOrEqualTo(before));
  }

  @Test
  void hearsAHostAgainWhoseDaemonWasKilledAndStarted() {
    try (Watch _ = watch("kvm-a", atSource)) {
      awaitNews(atSource, DomainEvent.LISTENING);
      lab.daemon("kvm-a", "kill");
      atSource.clear();
      lab.daemon("kvm-a", "start");
      awaitNews(atSource, DomainEvent.LISTENING);
      lab.on("kvm-a", "virsh", "suspend", "web");
      lab.on("kvm-a", "virsh", "resume", "web");
      awaitNews(atSource, DomainEvent.SUSPENDED, DomainEvent.RESUMED);
    }
  }

  /** Clients of the host's libvirtd, the idle ones of the service among them. */
  private long connectionsOf(String host) {
    return lab.on(host, "ss", "-Htn", "state", "established", "sport", "=", ":16509")
        .lines()
        .filter(line -> !line.isBlank())
        .count();
  }
}
