package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that are told of a real migration. */
@LabTest
class WatchingIT {

  private static final int MANY = 500;

  private final Lab lab;
  private final Service service;

  WatchingIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @BeforeEach
  void aGuest() {
    lab.guest("start", "web", "--disk", "vda=32M,full");
  }

  @AfterEach
  void noGuestIsLeft() {
    lab.guest("remove", "web");
  }

  private String migrate() {
    return service.migrate(
        "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":8}}"
            .formatted(lab.peer("kvm-b")));
  }

  private long threads() {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(service.pid()), "status")).stream()
          .filter(line -> line.startsWith("Threads:"))
          .mapToLong(line -> Long.parseLong(line.substring(8).strip()))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void hundredsOfClientsHearOfTheEndAndHoldNoThreads() {
    String id = migrate();
    long before = threads();
    List<CompletableFuture<List<String>>> clients =
        IntStream.range(0, MANY).mapToObj(_ -> service.events(id)).toList();
    service.awaitPhase(id, "MEMORY");
    long held = threads() - before;
    System.out.printf("%d clients of events hold %d threads%n", MANY, held);
    assertThat(held).isLessThan(60);
    service.awaitSuccess(id);
    await().atMost(Duration.ofSeconds(30)).until(() -> clients.stream().allMatch(c -> c.isDone()));
    assertThat(clients)
        .allSatisfy(
            client -> assertThat(client.join().toString()).contains("\"state\":\"SUCCEEDED\""));
  }

  @Test
  void aClientThatWaitsSeesEveryStateUntilTheEnd() {
    String id = migrate();
    List<String> seen = new ArrayList<>();
    String etag = "";
    while (!seen.contains("SUCCEEDED") && !seen.contains("FAILED")) {
      Service.Answer answer = service.getWaiting("/v1/migrations/" + id, etag);
      if (answer.status() == 200) {
        etag = answer.response().headers().firstValue("ETag").orElseThrow();
        seen.add(answer.text("state"));
      } else {
        assertThat(answer.status()).isEqualTo(304);
      }
    }
    assertThat(seen).contains("MIGRATING").endsWith("SUCCEEDED");
  }
}
