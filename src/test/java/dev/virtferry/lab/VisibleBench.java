package dev.virtferry.lab;

import dev.virtferry.bench.Pairs;
import dev.virtferry.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * From the POST until libvirt shows the job, against the same from the start of {@code virsh
 * migrate}.
 */
@Tag("bench")
class VisibleBench {

  private static final int PAIRS = Integer.getInteger("bench.pairs", 7);
  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");

  @Test
  void printsTheTimeUntilTheJobIsVisible() throws IOException {
    LabExtension.requireLab();
    var pairs = new Pairs();
    try (Lab lab = Lab.up("bench");
        Service service =
            Service.start(Files.createTempDirectory("virt-ferry-bench"), lab.environment())) {
      lab.guest("start", "web", "--shared", "vda=16M");
      for (int round = -2; round < PAIRS; round++) {
        double virsh = byVirsh(lab);
        double post = byService(lab, service);
        if (round >= 0) {
          pairs.add(virsh, post);
        }
      }
    }
    Report.say(
        String.format(
            Locale.ROOT,
            "until the job is visible, %d pairs: median %.0f ms by virsh, %.0f ms by POST; ratio %.2f, added %.0f ms",
            PAIRS,
            pairs.baseline(),
            pairs.measured(),
            pairs.ratio(),
            pairs.added()));
  }

  private static String source(Lab lab) {
    return lab.guest("where", "web").split(" ", 2)[0];
  }

  private static String other(String host) {
    return host.equals(HOSTS.getFirst()) ? HOSTS.getLast() : HOSTS.getFirst();
  }

  private static double byVirsh(Lab lab) {
    String source = source(lab);
    CompletableFuture<Instant> visible = visible(lab, source);
    String begun =
        lab.on(
            source,
            "sh",
            "-c",
            "date +%%s%%N && virsh -q migrate --live --p2p --persistent --undefinesource web %s >&2"
                .formatted(lab.peer(other(source))));
    Instant start = Instant.EPOCH.plusNanos(Long.parseLong(begun.strip()));
    return Duration.between(start, visible.join()).toNanos() / 1e6;
  }

  private static double byService(Lab lab, Service service) {
    String source = source(lab);
    CompletableFuture<Instant> visible = visible(lab, source);
    Instant begun = Instant.now();
    String id =
        service.migrate(
            "{\"domain\":\"web\",\"destUri\":\"%s\"}".formatted(lab.peer(other(source))));
    service.awaitSuccess(id);
    return Duration.between(begun, visible.join()).toNanos() / 1e6;
  }

  /** Asks the source all the time, on a connection that is open before anything begins. */
  private static CompletableFuture<Instant> visible(Lab lab, String source) {
    try {
      var connection = new Connect(lab.peer(source));
      Domain domain = connection.domainLookupByName("web");
      return CompletableFuture.supplyAsync(
          () -> whenVisible(connection, domain), task -> Thread.ofPlatform().start(task));
    } catch (LibvirtException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Instant whenVisible(Connect connection, Domain domain) {
    try {
      while (domain.getJobInfo().getType() == 0) {
        Thread.onSpinWait();
      }
      Instant seen = Instant.now();
      domain.free();
      connection.close();
      return seen;
    } catch (LibvirtException e) {
      throw new IllegalStateException(e);
    }
  }
}
