package dev.virtferry.lab;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Several services on one PostgreSQL, killed and frozen at bad moments, with real hosts. */
@LabTest
@Order(2)
class ReplicasIT {

  private static final String COPY = ",\"disks\":[\"vda\"]";

  /** How many guests go at a time; {@code lab/long} asks for ten. */
  private static final int CROWD = Integer.getInteger("crowd", 4);

  @TempDir private static Path directory;

  private static Lab lab;
  private static EmbeddedPostgres database;
  private static final List<Service> replicas = new ArrayList<>();

  /** A start costs seconds of a processor, so the two stay for all of these tests. */
  @BeforeAll
  static void twoReplicas(Lab lent) throws IOException {
    lab = lent;
    database = EmbeddedPostgres.start();
    startReplica("one");
    startReplica("two");
  }

  private static void startReplica(String name) throws IOException {
    Map<String, String> environment = new HashMap<>(lab.environment());
    environment.put("SPRING_DATASOURCE_URL", database.getJdbcUrl("postgres", "postgres"));
    environment.put("DBSCHEDULER_POLLINGSTRATEGY", "lock-and-fetch");
    replicas.add(Service.start(Files.createDirectory(directory.resolve(name)), environment));
  }

  @BeforeEach
  void bothRun() {
    for (Service replica : replicas) {
      if (!replica.runs()) {
        replica.start();
      }
    }
  }

  @AfterEach
  void noGuestAndNoThirdReplicaIsLeft() {
    lab.link("kvm-a", "normal");
    replicas.stream().filter(Service::runs).forEach(Service::thaw);
    while (replicas.size() > 2) {
      replicas.removeLast().close();
    }
    lab.removeGuests();
  }

  @AfterAll
  static void nothingIsLeft() throws IOException {
    replicas.forEach(Service::close);
    database.close();
  }

  private String request(String guest, String more) {
    return request(guest, "kvm-b", more);
  }

  private String request(String guest, String destination, String more) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\"%s}".formatted(guest, lab.peer(destination), more);
  }

  /** The replica that wrote the last change of state. */
  private static String carrier(Service any, String id) {
    JsonNode history = any.get("/v1/migrations/" + id + "/history").body().get("items");
    return history.get(history.size() - 1).get("replica").asString();
  }

  private static boolean is(Service replica, String name) {
    return name.endsWith("-" + replica.pid());
  }

  /** How often the source's daemon was told to migrate that guest. */
  private long callsFor(JsonNode migration) {
    return Long.parseLong(
        lab.on(
            migration.get("source").asString(),
            "sh",
            "-c",
            "grep -c 'virDomainMigratePerform3Params:.*uuid=%s)' /var/log/libvirt/libvirtd.log || :"
                .formatted(migration.get("domain").get("uuid").asString())));
  }

  /** A migration that goes on for long, until the link is set to normal. */
  private String slowMigration(String guest) {
    lab.guest("start", guest, "--disk", "vda=64M,full");
    lab.link("kvm-a", "slow", "20mbit");
    String id = replicas.getFirst().migrate(request(guest, COPY));
    replicas.getFirst().awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    return id;
  }

  @Test
  void anyReplicaShowsAndCancelsWhatAnotherOneCarries() {
    String id = slowMigration("shown");
    Service other = replicas.getLast();
    assertThat(is(replicas.getFirst(), carrier(other, id))).isTrue();
    assertThat(other.migration(id).get("state").asString()).isEqualTo("MIGRATING");
    assertThat(other.get("/v1/migrations?domain=shown").body().get("items")).hasSize(1);
    assertThat(other.post("/v1/migrations", request("shown", COPY)).problem())
        .isEqualTo("migration-in-progress");
    assertThat(other.post("/v1/migrations/" + id + "/cancel", "").status()).isEqualTo(202);
    assertThat(other.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");
  }

  @Test
  void anotherReplicaGoesOnWithWhatADeadOneLeft() {
    String id = slowMigration("left");
    Service survivor = replicas.getLast();
    replicas.getFirst().kill();
    Instant died = Instant.now();
    JsonNode left = survivor.migration(id).get("progress");
    survivor.awaitThat(id, m -> !m.get("progress").equals(left));
    System.out.printf(
        "re-attached %d ms after the death of a replica%n",
        Duration.between(died, Instant.now()).toMillis());
    lab.link("kvm-a", "normal");
    survivor.awaitSuccess(id);
    assertThat(is(survivor, carrier(survivor, id))).isTrue();
    assertThat(callsFor(replicas.getLast().migration(id))).isOne();
    assertThat(lab.guest("where", "left")).isEqualTo("kvm-b running");
  }

  @Test
  void aReplicaThatIsSlowForAMomentKeepsItsMigration() {
    String id = slowMigration("slow");
    Service slow = replicas.getFirst();
    slow.freeze();
    // This is what is tested: a replica that does not breathe for five seconds.
    await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
    slow.thaw();
    lab.link("kvm-a", "normal");
    slow.awaitSuccess(id);
    assertThat(is(slow, carrier(slow, id))).isTrue();
    assertThat(callsFor(replicas.getLast().migration(id))).isOne();
  }

  @Test
  void aReplicaThatComesBackAfterItsLeaseWritesNothingMore() {
    String id = slowMigration("late");
    Service frozen = replicas.getFirst();
    Service heir = replicas.getLast();
    frozen.freeze();
    JsonNode left = heir.migration(id).get("progress");
    heir.awaitThat(id, m -> !m.get("progress").equals(left));
    frozen.thaw();
    lab.link("kvm-a", "normal");
    heir.awaitSuccess(id);
    assertThat(is(heir, carrier(heir, id))).isTrue();
    assertThat(frozen.migration(id).get("version")).isEqualTo(heir.migration(id).get("version"));
    assertThat(callsFor(replicas.getLast().migration(id))).isOne();
  }

  private void boot(String guest) {
    lab.guest("start", guest, "--disk", "vda=16M,full");
  }

  /** Guests go there and back while one replica after the other is killed. */
  @LongForm(shortCase = "ReplicasIT.anotherReplicaGoesOnWithWhatADeadOneLeft")
  @Test
  void killingOneReplicaAfterTheOtherLosesAndDoublesNothing() throws IOException {
    startReplica("three");
    List<String> guests =
        IntStream.range(0, CROWD).mapToObj(i -> "many-" + i).collect(toCollection(ArrayList::new));
    CompletableFuture.allOf(
            guests.stream()
                .map(guest ->
                    CompletableFuture.runAsync(() -> boot(guest), Thread::startVirtualThread))
                .toArray(CompletableFuture[]::new))
        .join();
    lab.link("kvm-a", "slow", "200mbit");
    Map<String, String> there = new HashMap<>();
    Map<String, String> back = new HashMap<>();
    for (String guest : guests) {
      there.put(guest, replicas.getFirst().migrate(request(guest, "kvm-b", COPY)));
    }
    Instant patience = Instant.now().plus(Duration.ofMinutes(15));
    for (int round = 0; !allArrived(replicas.getFirst(), guests, back); round++) {
      assertThat(Instant.now()).as("there %s, back %s", there, back).isBefore(patience);
      Service victim = replicas.get(round % replicas.size());
      Service witness = replicas.get((round + 1) % replicas.size());
      victim.kill();
      for (String guest : List.copyOf(guests)) {
        if (itsKernelPanicked(guest)) {
          guests.remove(guest);
        } else if (back.containsKey(guest)) {
          arrived(witness, guest, "kvm-a", back);
        } else if (arrived(witness, guest, "kvm-b", there)) {
          back.put(guest, witness.migrate(request(guest, "kvm-a", COPY)));
        }
      }
      assertThat(guests).as("guests that are left").hasSizeGreaterThan(CROWD / 2);
      victim.start();
    }
    for (String guest : guests) {
      assertThat(arrived(replicas.getFirst(), guest, "kvm-a", back)).isTrue();
      assertThat(lab.guest("where", guest)).as(evidence(guest)).startsWith("kvm-a ");
      assertThat(lab.guest("where", guest).lines()).as("one copy").hasSize(1);
    }
  }

  /** That says nothing of the migration, and it can't go on. */
  private boolean itsKernelPanicked(String guest) {
    boolean panicked = lab.panicked("kvm-a", guest) || lab.panicked("kvm-b", guest);
    if (panicked) {
      System.out.printf("  (the kernel of %s panicked: it is left out)%n", guest);
    }
    return panicked;
  }

  private static boolean allArrived(Service any, List<String> guests, Map<String, String> ids) {
    return guests.stream()
        .allMatch(guest ->
            ids.containsKey(guest)
                && any.migration(String.valueOf(ids.get(guest)))
                    .get("state")
                    .asString()
                    .equals("SUCCEEDED"));
  }

  /**
   * Whether it came there, with one call to libvirt and no other. One whose replica died between
   * the database and the call has failed, and is asked for again.
   */
  private boolean arrived(
      Service witness, String guest, String destination, Map<String, String> ids) {
    JsonNode migration = witness.migration(String.valueOf(ids.get(guest)));
    if (!Service.ended(migration)) {
      return false;
    }
    boolean failed = migration.get("state").asString().equals("FAILED");
    if (failed && callsFor(migration) == 0) {
      ids.put(guest, witness.migrate(request(guest, destination, COPY)));
      return false;
    }
    assertThat(migration.get("state").asString()).as(migration.toString()).isEqualTo("SUCCEEDED");
    assertThat(callsFor(migration)).as(migration.toString()).isOne();
    return true;
  }

  private String evidence(String guest) {
    return lab.on(
        "kvm-b",
        "sh",
        "-c",
        "virsh domstate --reason %1$s; tail -5 /var/log/libvirt/qemu/%1$s.log; tail -8 /var/log/libvirt/%1$s.console"
            .formatted(guest));
  }
}
