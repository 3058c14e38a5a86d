package dev.virtferry.lab;

import dev.virtferry.bench.Pairs;
import dev.virtferry.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * How long a migration takes from the POST until a client that polls every 100 ms sees SUCCEEDED,
 * against {@code virsh migrate} of the same guest with the same disk; and where the rest goes.
 */
@Tag("bench")
class MigrateBench {

  private static final int PAIRS = Integer.getInteger("bench.pairs", 7);
  private static final List<String> SIZES =
      List.of(System.getProperty("bench.sizes", "64M,512M,2G").split(","));
  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");

  @Test
  void printsTheTimeAgainstVirsh() throws IOException {
    LabExtension.requireLab();
    try (Lab lab = Lab.up("bench");
        Service service =
            Service.start(Files.createTempDirectory("virt-ferry-bench"), lab.environment())) {
      for (String size : SIZES) {
        lab.guest("start", "web", "--disk", "vda=%s,full".formatted(size));
        measure(lab, service, size);
        lab.guest("remove", "web");
      }
    }
  }

  private void measure(Lab lab, Service service, String size) {
    for (int warmUp = 0; warmUp < 2; warmUp++) {
      byVirsh(lab);
      byService(lab, service, new TreeMap<>());
    }
    var pairs = new Pairs();
    Map<String, List<Double>> spent = new TreeMap<>();
    while (pairs.size() < PAIRS) {
      pairs.add(byVirsh(lab), byService(lab, service, spent));
    }
    Report.say(
        String.format(
            Locale.ROOT,
            "%s, %d pairs: median %.0f ms by virsh, %.0f ms by POST; ratio %.3f, added %.0f ms",
            size,
            PAIRS,
            pairs.baseline(),
            pairs.measured(),
            pairs.ratio(),
            pairs.added()));
    spent.forEach((part, millis) ->
        Report.say(String.format(Locale.ROOT, "  %s: %.0f ms", part, Pairs.median(millis))));
  }

  private static String source(Lab lab) {
    return lab.guest("where", "web").split(" ", 2)[0];
  }

  private static String other(String host) {
    return host.equals(HOSTS.getFirst()) ? HOSTS.getLast() : HOSTS.getFirst();
  }

  /** The image that was copied must not be there when the guest comes back. */
  private static void tidy(Lab lab, String source) {
    lab.on(source, "sh", "-c", "rm -f /srv/web-vda.raw && virsh pool-refresh images");
  }

  private static double byVirsh(Lab lab) {
    String source = source(lab);
    String taken =
        lab.on(
            source,
            "sh",
            "-c",
            """
            begun=$(date +%%s%%N)
            virsh -q migrate --live --p2p --persistent --undefinesource --copy-storage-all \
              --migrate-disks vda --domain web --desturi %s >&2 && echo $(($(date +%%s%%N) - begun))
            """
                .formatted(lab.peer(other(source))));
    tidy(lab, source);
    return Long.parseLong(taken) / 1e6;
  }

  private static double byService(Lab lab, Service service, Map<String, List<Double>> spent) {
    String source = source(lab);
    double processor = service.processorMillis();
    Instant begun = Instant.now();
    String id =
        service.migrate(
            "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"]}"
                .formatted(lab.peer(other(source))));
    Instant accepted = Instant.now();
    service.awaitSuccess(id);
    Instant seen = Instant.now();
    note(spent, "1 POST is answered", begun, accepted);
    Instant before = accepted;
    int part = 2;
    for (JsonNode change : service.get("/v1/migrations/" + id + "/history").body().get("items")) {
      Instant at = Instant.parse(change.get("at").asString());
      if (!change.get("to").asString().equals("QUEUED")) {
        note(
            spent,
            String.format(Locale.ROOT, "%d until %s", part++, change.get("to").asString()),
            before,
            at);
        before = at;
      }
    }
    note(spent, String.format(Locale.ROOT, "%d until it is seen", part), before, seen);
    spent
        .computeIfAbsent("processor time of the service", _ -> new ArrayList<>())
        .add(service.processorMillis() - processor);
    tidy(lab, source);
    return Duration.between(begun, seen).toNanos() / 1e6;
  }

  private static void note(
      Map<String, List<Double>> spent, String part, Instant from, Instant until) {
    spent
        .computeIfAbsent(part, _ -> new ArrayList<>())
        .add(Duration.between(from, until).toNanos() / 1e6);
  }
}
