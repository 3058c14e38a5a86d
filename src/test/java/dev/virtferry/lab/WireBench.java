package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.bench.Pairs;
import dev.virtferry.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What leaves the source's network card for a guest with a sparse disk, against what had to: what
 * the image has allocated, and the memory that is not zero as QEMU counted it.
 */
@Tag("bench")
class WireBench {

  private static final int ROUNDS = Integer.getInteger("bench.pairs", 7);
  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");
  private static final Pattern NORMAL = Pattern.compile("memory_normal_bytes: (\\d+)");

  @Test
  void printsTheBytesOnTheWire() throws IOException {
    LabExtension.requireLab();
    var pairs = new Pairs();
    try (Lab lab = Lab.up("bench");
        Service service =
            Service.start(Files.createTempDirectory("virt-ferry-bench"), lab.environment())) {
      lab.guest("start", "web", "--disk", "vda=256M");
      for (int round = 0; round < ROUNDS; round++) {
        migrate(lab, service, pairs);
      }
    }
    Report.say(
        String.format(
            Locale.ROOT,
            "bytes on the wire, %d rounds: median %.1f MiB had to move, %.1f MiB moved; ratio %.3f",
            ROUNDS,
            pairs.baseline() / (1 << 20),
            pairs.measured() / (1 << 20),
            pairs.ratio()));
  }

  private static void migrate(Lab lab, Service service, Pairs pairs) {
    String source = lab.guest("where", "web").split(" ", 2)[0];
    String destination = source.equals(HOSTS.getFirst()) ? HOSTS.getLast() : HOSTS.getFirst();
    double allocated =
        Double.parseDouble(
            lab.on(source, "sh", "-c", "echo $(($(stat -c '%b * %B' /srv/web-vda.raw)))"));
    double before = sent(lab, source);
    String id =
        service.migrate(
            "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"]}"
                .formatted(lab.peer(destination)));
    service.awaitSuccess(id);
    pairs.add(allocated + memory(lab, destination), sent(lab, source) - before);
    lab.on(source, "sh", "-c", "rm -f /srv/web-vda.raw && virsh pool-refresh images");
  }

  private static double sent(Lab lab, String host) {
    return Double.parseDouble(
        lab.on(
            host, "sh", "-c", "cat $(ls -d /sys/class/net/* | grep -v /lo$)/statistics/tx_bytes"));
  }

  private static double memory(Lab lab, String destination) {
    Matcher normal =
        NORMAL.matcher(
            lab.on(destination, "virsh", "domjobinfo", "web", "--completed", "--rawstats"));
    assertThat(normal.find()).isTrue();
    return Double.parseDouble(normal.group(1));
  }
}
