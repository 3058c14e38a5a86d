package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The disk that the service keeps its data on is full for longer than a lease lasts. */
@LabTest
class FullDiskIT {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration LONGER_THAN_A_LEASE = Duration.ofSeconds(12);
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** A stack trace of each kind of failure, and a line a minute of each. */
  private static final long MOST_OF_THE_LOG = 512 * 1024;

  private final Lab lab;
  private final HttpClient client = HttpClient.newHttpClient();
  private final int management = Service.freePort();

  @TempDir Path directory = Path.of("target");

  FullDiskIT(Lab lab) {
    this.lab = lab;
  }

  @BeforeEach
  void aSmallDisk() throws IOException, InterruptedException {
    Files.createDirectory(data());
    run("mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs", data().toString());
  }

  @AfterEach
  void noGuestAndNoDiskIsLeft() throws IOException, InterruptedException {
    run("umount", "--lazy", data().toString());
    lab.link("kvm-a", "normal");
    lab.removeGuests();
  }

  private Path data() {
    return directory.resolve("data");
  }

  private static void run(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).inheritIO().start();
    assertThat(process.waitFor()).as(String.join(" ", words)).isZero();
  }

  private Service service() {
    Map<String, String> environment = new HashMap<>(lab.environment());
    environment.put("MANAGEMENT_SERVER_PORT", Integer.toString(management));
    return Service.start(directory, environment);
  }

  private void fill() throws IOException {
    try (OutputStream file = Files.newOutputStream(data().resolve("filler"))) {
      var block = new byte[4096];
      while (Files.getFileStore(data()).getUsableSpace() > 0) {
        file.write(block);
      }
    }
  }

  private void free() throws IOException {
    Files.delete(data().resolve("filler"));
  }

  private int health(String of) throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(
                    URI.create(
                        String.format(
                            Locale.ROOT, "http://127.0.0.1:%d/actuator/health/%s", management, of)))
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  private String request(String guest) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\",\"disks\":[\"vda\"]}"
        .formatted(guest, lab.peer("kvm-b"));
  }

  private void awaitNotReady() {
    await().atMost(PATIENCE).until(() -> health("readiness") == 503);
  }

  private void lastsLongerThanALease() {
    Instant end = Instant.now().plus(LONGER_THAN_A_LEASE);
    await().atMost(PATIENCE).until(() -> Instant.now().isAfter(end));
  }

  @Test
  void aMigrationThatArrivesMeanwhileSucceedsOnceThereIsSpace() throws Exception {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    lab.link("kvm-a", "slow", "40mbit");
    try (Service service = service()) {
      String id = service.migrate(request("web"));
      service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
      long logged = Files.size(service.log());

      fill();
      awaitNotReady();
      String faster = "{\"options\":{\"bandwidthMiBps\":100}}";
      assertThat(service.patch("/v1/migrations/" + id, faster).problem())
          .isEqualTo("database-unreachable");
      assertThat(health("liveness")).isEqualTo(200);
      lab.link("kvm-a", "normal");
      await().atMost(PATIENCE).until(() -> lab.guest("where", "web").equals("kvm-b running"));
      lastsLongerThanALease();
      assertThat(health("readiness")).isEqualTo(503);
      assertThat(Files.size(service.log()) - logged).isLessThan(MOST_OF_THE_LOG);
      assertThat(data().resolve("virt-ferry.trace.db")).doesNotExist();

      free();
      Instant freed = Instant.now();
      await().atMost(SOON).until(() -> service.get("/v1/migrations/" + id).status() == 200);
      JsonNode ended = service.awaitSuccess(id);
      assertThat(Duration.between(freed, Instant.now())).isLessThan(SOON);
      await().atMost(SOON).until(() -> health("readiness") == 200);
      assertThat(ended.get("domainLocation").asString()).isEqualTo("DESTINATION");
      assertThat(service.get("/v1/migrations/" + id + "/history").body().get("items")).hasSize(5);
      System.out.printf(
          "told %d ms after there was space%n", Duration.between(freed, Instant.now()).toMillis());
    }
  }

  @LongForm(shortCase = "FullDiskIT.aMigrationThatArrivesMeanwhileSucceedsOnceThereIsSpace")
  @Test
  void aMigrationThatStillRunsIsCancelledOnceThereIsSpace() throws Exception {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    lab.link("kvm-a", "slow", "10mbit");
    try (Service service = service()) {
      String id = service.migrate(request("web"));
      service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
      fill();
      awaitNotReady();
      assertThat(service.post("/v1/migrations/" + id + "/cancel", "").status()).isEqualTo(503);
      free();
      await()
          .atMost(SOON)
          .until(() -> service.post("/v1/migrations/" + id + "/cancel", "").status() == 202);
      assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");
      assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
    }
  }
}
