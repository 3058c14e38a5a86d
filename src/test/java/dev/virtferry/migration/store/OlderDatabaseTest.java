package dev.virtferry.migration.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.ApiTest;
import dev.virtferry.BesideOthers;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.notice.Receiver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

/**
 * The service on a file that H2 wrote for the version with schema 5, with all that was going on.
 */
@DirtiesContext
@BesideOthers
class OlderDatabaseTest extends ApiTest {

  private static final Receiver RECEIVER = new Receiver();

  private static final DomainDescription ENDED = guest("web-01", 1);
  private static final DomainDescription RUNNING = guest("db-01", 2);
  private static final DomainDescription QUEUED = guest("app-01", 3);

  @TempDir private static Path directory;

  /** Fills them before the service goes on with what it finds, which it does at once. */
  @TestConfiguration(proxyBeanMethods = false)
  static class Filled {

    @Bean
    SmartInitializingSingleton filledHosts(Hypervisor hypervisor, Storage storage) {
      return () -> {
        var hosts = (FakeHypervisor) hypervisor.queries();
        hosts.put("kvm-b", ENDED);
        hosts.put("kvm-a", RUNNING);
        hosts.put("kvm-a", QUEUED);
        hosts.show("kvm-b", RUNNING, DomainState.PAUSED_MIGRATION);
        hosts.job(RUNNING.uuid(), Activity.RUNNING);
        hosts.blockJob(RUNNING.uuid(), "vda", 32 * Domains.MIB, 64 * Domains.MIB);
        var volumes = (FakeStorage) storage;
        volumes.pool("kvm-a", new StoragePool("images", "dir", "/srv", 1024 * Domains.MIB));
        volumes.pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * Domains.MIB));
        volumes.volume("kvm-b", copy(RUNNING));
      };
    }
  }

  @DynamicPropertySource
  static void anOlderDatabase(DynamicPropertyRegistry properties) {
    String url =
        "jdbc:h2:file:"
            + directory.resolve("data/virt-ferry")
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;"
            + "DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0";
    write(url);
    properties.add("spring.datasource.url", () -> url);
    properties.add("ferry.limits.outgoing-per-host", () -> "1");
    properties.add("ferry.webhooks.allowed[0].origin", RECEIVER::origin);
    properties.add("ferry.webhooks.allowed[0].networks[0]", () -> "127.0.0.1");
    properties.add(
        "ferry.webhooks.secrets[0]", () -> "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz");
    // What it tells of is never too old to be kept.
    for (String kept : List.of("succeeded", "idempotency-keys", "audit")) {
      properties.add("ferry.retention." + kept, () -> "36500d");
    }
  }

  private static void write(String url) {
    try (InputStream script =
            Objects.requireNonNull(OlderDatabaseTest.class.getResourceAsStream("schema-5.sql"));
        Connection connection = DriverManager.getConnection(url, "", "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          new String(script.readAllBytes(), StandardCharsets.UTF_8)
              .replace("http://callbacks.test", RECEIVER.origin()));
    } catch (IOException | SQLException e) {
      throw new IllegalStateException(e);
    }
    assertThat(Files.exists(directory.resolve("data/virt-ferry.mv.db"))).isTrue();
  }

  @AfterAll
  static void nobodyListens() {
    RECEIVER.close();
  }

  private static DomainDescription guest(String name, int number) {
    var image = new DiskImage(SourceType.FILE, "/srv/" + name + "-vda.raw", "raw", null);
    DomainDescription guest = Domains.running(name, Domains.onImage("vda", image));
    return Domains.identified(
        guest,
        UUID.fromString(
            String.format(Locale.ROOT, "5d0e1f3a-7a44-4b0e-9f0b-0c8f5c1c7a%02d", number)));
  }

  private static StorageVolume copy(DomainDescription guest) {
    String name = guest.name() + "-vda.raw";
    return new StorageVolume(
        "images",
        name,
        "/srv/" + name,
        "raw",
        64 * Domains.MIB,
        0,
        0,
        null,
        null,
        false,
        null,
        null);
  }

  private JsonNode migration(DomainDescription guest) {
    JsonNode found = get("/v1/migrations?domain=" + guest.name()).get("items");
    assertThat(found.size()).isOne();
    return found.get(0);
  }

  private void arrive(DomainDescription guest) {
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().job(guest.uuid(), Activity.NONE);
    await().until(() -> migration(guest).get("state").asString().equals("SUCCEEDED"));
  }

  @Test
  void listsAllThatItTellsOf() {
    assertThat(get("/v1/migrations").get("items").valueStream())
        .extracting(one -> one.at("/domain/name").asString())
        .containsExactly("app-01", "db-01", "web-01");
    assertThat(get("/v1/audit").get("items").valueStream())
        .filteredOn(entry -> entry.get("action").asString().equals("POST /v1/migrations"))
        .extracting(entry -> entry.at("/domain").asString())
        .contains("app-01", "db-01", "web-01");
  }

  @Test
  void showsWhatEndedAsItWasShownThenAndTellsWhoWaitsForIt() {
    String id = migration(ENDED).get("id").asString();
    await().until(() -> !RECEIVER.of(id).isEmpty());
    assertThatItKeeps(RECEIVER.of(id).getFirst().body().get("data"), get("/v1/migrations/" + id));
    await()
        .until(() ->
            get("/v1/migrations/" + id + "/deliveries")
                .at("/items/0/status")
                .asString()
                .equals("DELIVERED"));
    assertThat(get("/v1/migrations/" + id + "/history").get("items").size()).isEqualTo(5);
    assertThat(migration(ENDED).at("/cleanup/0/state").asString()).isEqualTo("KEPT");
  }

  private static void assertThatItKeeps(JsonNode before, JsonNode now) {
    if (before.isObject()) {
      before.forEachEntry((name, value) -> assertThatItKeeps(value, now.path(name)));
    } else {
      assertThat(now).isEqualTo(before);
    }
  }

  @Test
  void remembersTheKeyOfARequestThatWasSentBefore() {
    JsonNode made = migration(QUEUED).get("id");
    MvcTestResult again =
        http.post()
            .uri("/v1/migrations")
            .header("Idempotency-Key", "move-app-01")
            .contentType(MediaType.APPLICATION_JSON)
            .content(
                """
                {"domain":"app-01","destUri":"qemu+tls://kvm-b/system","disks":["vda"],
                 "priority":7,"options":{"maxDowntimeMillis":300}}
                """)
            .exchange();
    assertThat(body(again).toString()).contains(made.asString());
    assertThat(migration(QUEUED).get("id")).isEqualTo(made);
  }

  @Test
  void endsWhatWasOnItsWayAndCarriesOutWhatWaited() {
    arrive(RUNNING);
    await().until(() -> hosts().made().stream().anyMatch(c -> c.domain().equals(QUEUED.uuid())));
    assertThat(hosts().made()).hasSize(1);
    arrive(QUEUED);
    assertThat(volumes().deeds()).containsExactly("made kvm-b/images/app-01-vda.raw");
  }
}
