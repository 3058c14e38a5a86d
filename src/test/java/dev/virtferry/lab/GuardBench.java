package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.bench.Pairs;
import dev.virtferry.bench.Report;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a guarded switchover costs: how long the guest stands still, by the clocks of its two QEMUs,
 * with the guard and without it, in pairs.
 */
@Tag("bench")
class GuardBench {

  private static final int PAIRS = Integer.getInteger("bench.pairs", 7);
  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");
  private static final Pattern EVENT = Pattern.compile("event (STOP|RESUME) at (\\d+\\.\\d+)");

  @Test
  void printsTheAddedDowntime() throws IOException {
    LabExtension.requireLab();
    try (Lab lab = Lab.up("bench");
        Service service =
            Service.start(Files.createTempDirectory("virt-ferry-bench"), lab.environment())) {
      lab.guest("start", "web", "--shared", "vda=16M");
      HOSTS.forEach(host -> listen(lab, host));
      migrate(lab, service, false);
      var pairs = new Pairs();
      while (pairs.size() < PAIRS) {
        double plain = migrate(lab, service, false);
        double guarded = migrate(lab, service, true);
        pairs.add(plain, guarded);
        System.out.printf(
            Locale.ROOT, "pair %d: %.1f ms plain, %.1f ms guarded%n", pairs.size(), plain, guarded);
      }
      String result =
          String.format(
              Locale.ROOT,
              "%d pairs: median downtime %.1f ms plain, %.1f ms guarded; ratio %.2f (median of pairs), added %.1f ms",
              PAIRS,
              pairs.baseline(),
              pairs.measured(),
              pairs.ratio(),
              pairs.added());
      Report.say(result);
    }
  }

  private static void listen(Lab lab, String host) {
    lab.on(
        host,
        "sh",
        "-c",
        "virsh qemu-monitor-event --loop >/run/events.log 2>&1 </dev/null & sleep 0.2");
  }

  /** The milliseconds from the source's last STOP to the destination's first RESUME after it. */
  private static double migrate(Lab lab, Service service, boolean guarded) {
    String source = lab.guest("where", "web").split(" ", 2)[0];
    String destination = source.equals(HOSTS.getFirst()) ? HOSTS.getLast() : HOSTS.getFirst();
    String id =
        service.migrate(
            "{\"domain\":\"web\",\"destUri\":\"%s\",\"options\":{\"guardedSwitchover\":%s}}"
                .formatted(lab.peer(destination), guarded));
    service.awaitSuccess(id);
    BigDecimal stopped = last(lab, source, "STOP");
    BigDecimal resumed = last(lab, destination, "RESUME");
    return resumed.subtract(stopped).movePointRight(3).doubleValue();
  }

  private static BigDecimal last(Lab lab, String host, String event) {
    Matcher found = EVENT.matcher(lab.on(host, "cat", "/run/events.log"));
    BigDecimal last = BigDecimal.ZERO;
    while (found.find()) {
      if (found.group(1).equals(event)) {
        last = new BigDecimal(found.group(2));
      }
    }
    assertThat(last).as("a %s on %s", event, host).isPositive();
    return last;
  }
}
