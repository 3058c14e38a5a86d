package dev.virtferry.migration.web;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.virtferry.BesideOthers;
import dev.virtferry.PlayedHosts;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.SourceType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Runs the Python of {@code docs/api.md} as the one program that it is. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;"
          + "DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
      "ferry.hosts[0].name=kvm-a",
      "ferry.hosts[0].uri=qemu+tls://kvm-a/system",
      "ferry.hosts[1].name=kvm-b",
      "ferry.hosts[1].uri=qemu+tls://kvm-b/system",
      "ferry.watch.interval=20ms",
      "ferry.access.tokens[0].name=test",
      "ferry.access.tokens[0].sha256=" + Callers.TOKEN_SHA256,
      "ferry.access.tokens[0].role=operator",
      "ferry.webhooks.secrets=" + ApiGuideTest.SECRET,
      "db-scheduler.polling-interval=100ms",
      "db-scheduler.shutdown-max-wait=1s",
    })
@BesideOthers
@Tag("service")
class ApiGuideTest extends PlayedHosts {

  static final String SECRET = "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz";

  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Pattern SNIPPET =
      Pattern.compile("^```python\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final int CALLBACK_PORT = freePort();

  @LocalServerPort private int port;

  @TempDir Path directory = Path.of("target");

  private final DomainDescription web = guest("web-01", "vda", "vdb");
  private final DomainDescription db = guest("db-01", "vda");
  private final DomainDescription other = guest("web-02", "vda");

  @BeforeAll
  static void pythonIsThere() {
    boolean there = Files.isExecutable(PYTHON);
    if ("required".equals(System.getProperty("lab"))) {
      assertThat(there).as("-Dlab=required, but there is no " + PYTHON).isTrue();
    }
    assumeTrue(there, "Skipped: there is no " + PYTHON);
  }

  @DynamicPropertySource
  static void receiver(DynamicPropertyRegistry properties) {
    properties.add("ferry.webhooks.allowed[0].origin", () -> "http://127.0.0.1:" + CALLBACK_PORT);
    properties.add("ferry.webhooks.allowed[0].networks", () -> "127.0.0.1");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DomainDescription guest(String name, String... targets) {
    return Domains.running(
        name,
        List.of(targets).stream()
            .map(target -> Domains.onImage(target, image(name, target)))
            .toArray(DomainDisk[]::new));
  }

  private static DiskImage image(String name, String target) {
    return new DiskImage(SourceType.FILE, "/srv/%s-%s.raw".formatted(name, target), "raw", null);
  }

  private Process started(Path output) throws IOException {
    String program =
        SNIPPET
            .matcher(Files.readString(Path.of("docs/api.md")))
            .results()
            .map(snippet -> snippet.group(1))
            .collect(joining("\n"));
    Path script = Files.writeString(directory.resolve("guide.py"), program);
    var builder = new ProcessBuilder(PYTHON.toString(), "-u", script.toString());
    builder
        .environment()
        .putAll(
            Map.of(
                "API",
                "http://127.0.0.1:" + port,
                "TOKEN",
                Callers.TOKEN,
                "SECRET",
                SECRET,
                "PORT",
                Integer.toString(CALLBACK_PORT)));
    return builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
  }

  /** One guest is called back, the others arrive. */
  private void play() {
    for (MigrateCall call : hosts().made()) {
      UUID domain = call.domain();
      if (!domain.equals(db.uuid())) {
        hosts()
            .show("kvm-b", domain.equals(web.uuid()) ? web : other, DomainState.RUNNING_MIGRATED);
        hosts().remove("kvm-a", domain);
        hosts().job(domain, Activity.NONE);
        hosts().endCall(domain);
      } else if (hosts().aborts().contains(domain)) {
        hosts().job(domain, Activity.NONE);
        hosts().endCall(domain, new LibvirtFailure(78, 10, "canceled by client"));
      }
    }
  }

  @Test
  void thePageDoesWhatItSays() throws Exception {
    List.of(web, db, other).forEach(guest -> hosts().put("kvm-a", guest));
    Path output = directory.resolve("output.txt");
    Process python = started(output);
    try {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> {
            play();
            return !python.isAlive();
          });
    } finally {
      python.destroyForcibly();
      System.out.println(Files.readString(output));
    }
    assertThat(python.exitValue()).as(Files.readString(output)).isZero();
    assertThat(Files.readAllLines(output))
        .startsWith("disk-not-found ['#/disks/1']", "web-01 QUEUED")
        .contains("web-01 SUCCEEDED 100", "state CANCELLED True", "['db-01', 'web-01']")
        .last()
        .asString()
        .contains("'QUEUED'", "'MIGRATING'", "'SUCCEEDED'");
  }
}
