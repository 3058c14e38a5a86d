package dev.virtferry.bench;

import static org.awaitility.Awaitility.await;

import dev.virtferry.PlayedHosts;
import dev.virtferry.ServiceTest;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.control.MigrationService;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** What each watched migration costs in memory, threads and processor time. */
@ServiceTest
@TestPropertySource(
    properties = {
      "ferry.limits.outgoing-per-host=500",
      "ferry.limits.incoming-per-host=500",
      "ferry.limits.total=500",
      "ferry.watch.interval=250ms",
    })
@Tag("bench")
class WatchBench extends PlayedHosts {

  private static final List<Integer> STEPS = List.of(1, 100, 500);
  private static final int SECONDS = 10;

  @Autowired private MigrationService service;

  /** What the whole process needs with so many watched. */
  private record Cost(int watched, long heapBytes, int threads, double processor) {

    String per(Cost first) {
      int more = watched - first.watched;
      return String.format(
          Locale.ROOT,
          "%.1f KiB of heap, %.2f threads and %.2f ms of processor time a second for each more",
          (heapBytes - first.heapBytes) / 1024.0 / more,
          (double) (threads - first.threads) / more,
          (processor - first.processor) * 1000 / more);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d watched: %.1f MiB of heap, %d threads, %.0f %% of a processor",
          watched,
          heapBytes / 1024.0 / 1024,
          threads,
          processor * 100);
    }
  }

  @AfterEach
  void allEnd() {
    hosts().rollBackTo("kvm-a");
  }

  @Test
  void printsWhatAWatchedMigrationCosts() throws InterruptedException {
    Cost first = null;
    int started = 0;
    for (int step : STEPS) {
      while (started < step) {
        start("watched-" + started++);
      }
      await().atMost(Duration.ofMinutes(2)).until(() -> hosts().made().size() == step);
      Cost cost = cost(step);
      Report.say(cost.toString());
      if (first == null) {
        first = cost;
      } else {
        Report.say("  " + cost.per(first));
      }
    }
  }

  private void start(String name) {
    DomainDescription guest =
        Domains.running(name, Domains.ownDisk(name, "vda"), Domains.ownDisk(name, "vdb"));
    hosts().put("kvm-a", guest);
    hosts().blockJob(guest.uuid(), "vda", 1, 1L << 30);
    service.submit(
        new GivenSpec(guest.uuid().toString()).copying("vda", "vdb").from("kvm-a").build(),
        Callers.ADMIN,
        null);
  }

  private static Cost cost(int watched) throws InterruptedException {
    var process =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Thread.sleep(SECONDS * 1_000L);
    long before = process.getProcessCpuTime();
    Thread.sleep(SECONDS * 1_000L);
    double processor = (process.getProcessCpuTime() - before) / 1e9 / SECONDS;
    return new Cost(
        watched,
        heapAfterCollection(),
        ManagementFactory.getThreadMXBean().getThreadCount(),
        processor);
  }

  private static long heapAfterCollection() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) {
      memory.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
