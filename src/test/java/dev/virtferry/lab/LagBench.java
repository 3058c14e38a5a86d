package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.bench.Pairs;
import dev.virtferry.bench.Report;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * How long after the guest ran at the destination, by QEMU's clock there, a client knows that the
 * migration succeeded: by events, by waiting, and by asking every second.
 */
@Tag("bench")
class LagBench {

  private static final int ROUNDS = Integer.getInteger("bench.pairs", 7);
  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");
  private static final Pattern RESUMED = Pattern.compile("event RESUME at (\\d+\\.\\d+)");

  @Test
  void printsTheLagOfEachWayToKnow() throws IOException {
    LabExtension.requireLab();
    Map<String, List<Double>> lags = new TreeMap<>();
    try (Lab lab = Lab.up("bench");
        Service service =
            Service.start(Files.createTempDirectory("virt-ferry-bench"), lab.environment())) {
      lab.guest("start", "web", "--shared", "vda=16M");
      HOSTS.forEach(host ->
          lab.on(
              host,
              "sh",
              "-c",
              "virsh qemu-monitor-event --loop >/run/events.log 2>&1 </dev/null & sleep 0.2"));
      byVirsh(lab, new TreeMap<>());
      round(lab, service, new TreeMap<>());
      for (int round = 0; round < ROUNDS; round++) {
        byVirsh(lab, lags);
        round(lab, service, lags);
      }
    }
    lags.forEach((way, millis) ->
        Report.say(
            String.format(
                Locale.ROOT,
                "%s: median %.0f ms, least %.0f, most %.0f, of %d",
                way,
                Pairs.median(millis),
                millis.stream().mapToDouble(m -> m).min().orElseThrow(),
                millis.stream().mapToDouble(m -> m).max().orElseThrow(),
                millis.size())));
  }

  /** What everybody else waits for as well: libvirt is at its own end when virsh returns. */
  private static void byVirsh(Lab lab, Map<String, List<Double>> lags) {
    String source = lab.guest("where", "web").split(" ", 2)[0];
    String destination = source.equals(HOSTS.getFirst()) ? HOSTS.getLast() : HOSTS.getFirst();
    String returned =
        lab.on(
            source,
            "sh",
            "-c",
            "virsh -q migrate --live --p2p --persistent --undefinesource web %s >&2 && date +%%s%%N"
                .formatted(lab.peer(destination)));
    note(
        lags,
        "virsh migrate returns",
        resumed(lab, destination),
        Instant.EPOCH.plusNanos(Long.parseLong(returned)));
  }

  private static void round(Lab lab, Service service, Map<String, List<Double>> lags) {
    String source = lab.guest("where", "web").split(" ", 2)[0];
    String destination = source.equals(HOSTS.getFirst()) ? HOSTS.getLast() : HOSTS.getFirst();
    String id =
        service.migrate("{\"domain\":\"web\",\"destUri\":\"%s\"}".formatted(lab.peer(destination)));
    var byEvents = service.events(id).thenApply(_ -> Instant.now());
    var byWaiting = CompletableFuture.supplyAsync(() -> whenEnded(service, id, LagBench::waiting));
    var byAsking = CompletableFuture.supplyAsync(() -> whenEnded(service, id, LagBench::asking));
    CompletableFuture.allOf(byEvents, byWaiting, byAsking).join();
    assertThat(service.migration(id).get("state").asString()).isEqualTo("SUCCEEDED");
    Instant ran = resumed(lab, destination);
    note(lags, "events", ran, byEvents.join());
    note(lags, "Prefer: wait", ran, byWaiting.join());
    note(lags, "polled every second", ran, byAsking.join());
    note(lags, "written down", ran, Instant.parse(service.migration(id).get("endedAt").asString()));
  }

  /** One question after the other, each with the ETag of the answer before, until the end. */
  private static Instant whenEnded(
      Service service, String id, Function<Asked, Service.Answer> ask) {
    String etag = "";
    while (true) {
      Service.Answer answer = ask.apply(new Asked(service, "/v1/migrations/" + id, etag));
      if (answer.status() == 200) {
        JsonNode migration = answer.body();
        if (Service.ended(migration)) {
          return Instant.now();
        }
        etag = answer.response().headers().firstValue("ETag").orElseThrow();
      }
    }
  }

  private record Asked(Service service, String path, String etag) {}

  private static Service.Answer waiting(Asked asked) {
    return asked.service().getWaiting(asked.path(), asked.etag());
  }

  private static Service.Answer asking(Asked asked) {
    Arena.pause(1_000);
    return asked.service().get(asked.path());
  }

  private static Instant resumed(Lab lab, String host) {
    Matcher found = RESUMED.matcher(lab.on(host, "cat", "/run/events.log"));
    BigDecimal last = BigDecimal.ZERO;
    while (found.find()) {
      last = new BigDecimal(found.group(1));
    }
    assertThat(last).isPositive();
    return Instant.EPOCH.plusNanos(last.movePointRight(9).longValue());
  }

  private static void note(
      Map<String, List<Double>> lags, String way, Instant from, Instant until) {
    lags.computeIfAbsent(way, _ -> new ArrayList<>())
        .add(Duration.between(from, until).toNanos() / 1e6);
  }
}
