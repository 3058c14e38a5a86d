package dev.virtferry.host;

import com.github.benmanes.caffeine.cache.AsyncLoadingCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.LibvirtFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Which hosts answer, as details of a health that is always up: another replica would reach them no
 * better. Nobody waits for a dead host; what is not known in time is {@code UNKNOWN}.
 */
@Component("hosts")
final class HostsHealth implements HealthIndicator {

  /** What is known of a host. */
  enum Reach {
    REACHABLE,
    UNREACHABLE,
    UNKNOWN
  }

  private static final Duration GOOD_FOR = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofMillis(500);

  // These threads only wait for the hypervisor's own, which make the native calls.
  private final Executor waiting =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("health-", 0).factory());

  private final Inventory inventory;
  private final AsyncLoadingCache<Host, Reach> known;

  HostsHealth(Inventory inventory, Hypervisor hypervisor) {
    this.inventory = inventory;
    this.known =
        Caffeine.newBuilder()
            .expireAfterWrite(GOOD_FOR)
            .executor(waiting)
            .buildAsync(host -> reach(hypervisor, host));
  }

  @Override
  public Health health() {
    var all =
        inventory.all().stream().map(host -> known.get(host)).toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(all)
        .completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    Health.Builder health = Health.up();
    for (Host host : inventory.all()) {
      health.withDetail(host.name(), known.get(host).getNow(Reach.UNKNOWN));
    }
    return health.build();
  }

  private static Reach reach(Hypervisor hypervisor, Host host) {
    try {
      hypervisor.queries().facts(host.address());
      return Reach.REACHABLE;
    } catch (HostUnreachable e) {
      return Reach.UNREACHABLE;
    } catch (LibvirtFailure e) {
      // It answered.
      return Reach.REACHABLE;
    }
  }
}
