package dev.virtferry.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.PlayedHosts;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.Domains;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the service does a second on played hosts, against the least that the same server and the
 * same database do.
 */
@Import(Hello.class)
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "ferry.hosts[0].name=kvm-a",
      "ferry.hosts[0].uri=qemu+tls://kvm-a/system",
      "ferry.hosts[1].name=kvm-b",
      "ferry.hosts[1].uri=qemu+tls://kvm-b/system",
      "ferry.limits.outgoing-per-host=20",
      "ferry.limits.incoming-per-host=20",
      "ferry.limits.queued-per-caller=1000000",
      "ferry.access.tokens[0].name=test",
      "ferry.access.tokens[0].sha256=" + Callers.TOKEN_SHA256,
      "ferry.access.tokens[0].role=admin",
      "ferry.rate.reads=1000000",
      "ferry.rate.open-calls=1000000",
      "ferry.rate.writes=1000000",
    })
@Tag("bench")
abstract class HttpBench extends PlayedHosts {

  private static final int PAIRS = Integer.getInteger("bench.pairs", 7);
  private static final int SECONDS = Integer.getInteger("bench.seconds", 3);
  private static final int RUNNING = 20;
  private static final int CLIENTS = 8;
  private static final int FEW = 1_000;
  private static final int MANY = 100_000;
  private static final String DOCUMENT = "x".repeat(3_000);
  private static final String TO_B = "\"destUri\":\"qemu+tls://kvm-b/system\"";

  private static final RestClient CLIENT =
      RestClient.builder().defaultHeader("Authorization", "Bearer " + Callers.TOKEN).build();

  @LocalServerPort private int port;
  @Autowired private JdbcClient sql;
  @Autowired private DataSource database;

  private final String name;

  HttpBench(String name) {
    this.name = name;
  }

  private String url(String path) {
    return "http://127.0.0.1:" + port + path;
  }

  private void say(String what, Pairs pairs) {
    String line =
        String.format(
            Locale.ROOT,
            "%s, %s: %.0f against %.0f a second; ratio %.2f of %d pairs",
            name,
            what,
            pairs.measured(),
            pairs.baseline(),
            pairs.ratio(),
            pairs.size());
    Report.say(line);
  }

  @Test
  void printsWhatTheServiceDoesASecond() throws Exception {
    String running = startRunning();
    Thread copying = Thread.ofPlatform().daemon().start(this::copy);
    say("GET by id with 20 migrations running, against hello", reading(running));
    copying.interrupt();
    copying.join();
    hosts().rollBackTo("kvm-a");
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> get("/v1/migrations?state=FAILED").size() == RUNNING);
    sayPosting();
    sql.sql("delete from migration where state <> 'FAILED'").update();
    compareSizes();
  }

  private JsonNode get(String path) {
    return new JsonMapper()
        .readTree(CLIENT.get().uri(url(path)).retrieve().body(byte[].class))
        .get("items");
  }

  private String newest() {
    return "/v1/migrations/" + get("/v1/migrations?limit=1").get(0).get("id").asString();
  }

  private String startRunning() {
    for (int guest = 0; guest < RUNNING; guest++) {
      DomainDescription domain =
          Domains.running("runs-" + guest, Domains.ownDisk("runs-" + guest, "vda"));
      hosts().put("kvm-a", domain);
      CLIENT
          .post()
          .uri(url("/v1/migrations"))
          .contentType(MediaType.APPLICATION_JSON)
          .body("{\"domain\":\"%s\",%s,\"disks\":[\"vda\"]}".formatted(domain.name(), TO_B))
          .retrieve()
          .toBodilessEntity();
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> hosts().made().size() == RUNNING);
    return newest();
  }

  /** Every copy gets on between two looks, as real ones do, so that each look writes progress. */
  private void copy() {
    long done = 0;
    try {
      while (true) {
        done++;
        for (var call : hosts().made()) {
          hosts().blockJob(call.domain(), "vda", done << 16, 1L << 40);
        }
        Thread.sleep(200);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Pairs reading(String path) throws IOException, InterruptedException {
    return against("/hello", path);
  }

  private Pairs against(String baseline, String path) throws IOException, InterruptedException {
    var load = new Wrk(CLIENTS, SECONDS);
    load.rate(url(baseline));
    load.rate(url(path));
    var pairs = new Pairs();
    while (pairs.size() < PAIRS) {
      pairs.add(load.rate(url(baseline)), load.rate(url(path)));
    }
    return pairs;
  }

  /**
   * Each POST moves another guest; none of them gets a slot twice. A plan is all of a POST but the
   * keeping; three rows under a lock are the keeping and no more.
   */
  private void sayPosting() throws Exception {
    sql.sql("create table bench (id uuid primary key, document text not null)").update();
    var posts = new Pairs();
    var plans = new Pairs();
    var keeping = new Pairs();
    for (int round = -1; round < PAIRS; round++) {
      List<UUID> guests = guests(round);
      double inserts = insertsASecond(HttpBench::insertOne);
      double kept = insertsASecond(HttpBench::insertThreeUnderTheLock);
      double planned = posted(guests, "/v1/migration-plans");
      double accepted = posted(guests, "/v1/migrations");
      if (round >= 0) {
        posts.add(inserts, accepted);
        keeping.add(inserts, kept);
        plans.add(planned, accepted);
      }
      sql.sql("delete from migration where state = 'QUEUED'").update();
    }
    sql.sql("drop table bench").update();
    say("POST, against bare inserts of one row", posts);
    say("three rows under a common lock, against the same", keeping);
    say("POST, against POST of a plan", plans);
  }

  private double posted(List<UUID> guests, String path) throws Exception {
    return new Wrk(CLIENTS, SECONDS).script(posts(guests)).rate(url(path));
  }

  private List<UUID> guests(int round) {
    hosts().reset();
    List<UUID> guests = new ArrayList<>();
    for (int guest = 0; guest < 2_000 * SECONDS; guest++) {
      DomainDescription domain =
          Domains.running(
              String.format(Locale.ROOT, "posted-%d-%d", round, guest), Domains.network("vda"));
      hosts().put("kvm-a", domain);
      guests.add(domain.uuid());
    }
    return guests;
  }

  private static String posts(List<UUID> guests) {
    var lua = new StringBuilder("guests = {\n");
    guests.forEach(guest -> lua.append('"').append(guest).append("\",\n"));
    return lua.append(
            """
            }
            n = 0
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            request = function()
              n = n + 1
              return wrk.format(nil, nil, nil, '{"domain":"' .. guests[n] .. '","source":"kvm-a",%s}')
            end
            """
                .formatted(TO_B))
        .toString();
  }

  /** What a client without HTTP writes, once. */
  @FunctionalInterface
  private interface Writing {
    void on(Connection connection) throws SQLException;
  }

  private double insertsASecond(Writing writing) throws InterruptedException, ExecutionException {
    var written = new AtomicLong();
    Instant begun = Instant.now();
    Instant end = begun.plusSeconds(SECONDS);
    Callable<Void> client =
        () -> {
          try (Connection connection = database.getConnection()) {
            while (Instant.now().isBefore(end)) {
              writing.on(connection);
              written.incrementAndGet();
            }
          }
          return null;
        };
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (var done : threads.invokeAll(java.util.Collections.nCopies(CLIENTS, client))) {
        done.get();
      }
    }
    return written.get() * 1e9 / Duration.between(begun, Instant.now()).toNanos();
  }

  private static void insertOne(Connection connection) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into bench (id, document) values (?, ?)")) {
      insert.setObject(1, UUID.randomUUID());
      insert.setString(2, DOCUMENT);
      insert.executeUpdate();
    }
  }

  private static void insertThreeUnderTheLock(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement lock =
        connection.prepareStatement("select id from admission where id = 1 for update")) {
      for (int row = 0; row < 3; row++) {
        insertOne(connection);
      }
      lock.executeQuery();
      connection.commit();
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Hello tells whether the machine was the same in both halves. */
  private void compareSizes() throws Exception {
    String one = newest();
    fill(FEW);
    Pairs listOfFew = against("/hello", "/v1/migrations");
    Pairs oneOfFew = against("/hello", one);
    fill(MANY);
    Pairs listOfMany = against("/hello", "/v1/migrations");
    Pairs oneOfMany = against("/hello", one);
    sayGrowth("the first page", listOfFew, listOfMany);
    sayGrowth("GET by id", oneOfFew, oneOfMany);
    assertThat(get("/v1/migrations?limit=200")).hasSize(200);
  }

  private void sayGrowth(String what, Pairs few, Pairs many) {
    String line =
        String.format(
            Locale.ROOT,
            "%s, %s: %.0f a second of %d migrations, %.0f of %d; time ratio %.2f (hello %.2f)",
            name,
            what,
            few.measured(),
            FEW,
            many.measured(),
            MANY,
            few.measured() / many.measured(),
            few.baseline() / many.baseline());
    Report.say(line);
  }

  /** Copies of a finished one, a second apart, until there are so many. */
  private void fill(int many) throws SQLException {
    String document =
        sql.sql("select document from migration where state = 'FAILED' limit 1")
            .query(String.class)
            .single();
    String progress =
        sql.sql("select document from migration_progress limit 1").query(String.class).single();
    int there = sql.sql("select count(*) from migration").query(Integer.class).single();
    try (Connection connection = database.getConnection();
        PreparedStatement migration =
            connection.prepareStatement(
                """
                insert into migration (id, version, epoch, state, domain_name, domain_uuid, source,
                                       destination, priority, admitted, created_at, document)
                values (?, 4, 1, 'FAILED', ?, ?, 'kvm-a', 'kvm-b', 5, true, ?, ?)
                """);
        PreparedStatement flow =
            connection.prepareStatement(
                "insert into migration_progress (migration_id, revision, document) values (?, 3, ?)")) {
      connection.setAutoCommit(false);
      var newest = Instant.now().minus(Duration.ofDays(1)).atOffset(ZoneOffset.UTC);
      for (int row = there; row < many; row++) {
        UUID id = UUID.randomUUID();
        migration.setObject(1, id);
        migration.setString(2, "old-" + row);
        migration.setObject(3, UUID.randomUUID());
        migration.setObject(4, newest.minusSeconds(row));
        migration.setString(5, document);
        migration.addBatch();
        flow.setObject(1, id);
        flow.setString(2, progress);
        flow.addBatch();
        if (row % 1_000 == 0 || row == many - 1) {
          migration.executeBatch();
          flow.executeBatch();
          connection.commit();
        }
      }
    }
  }
}
