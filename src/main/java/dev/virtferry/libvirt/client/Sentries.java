package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sentries of one host. One that waits for a locked domain is missing until that ends, and no
 * other can be posted meanwhile, as libvirt lists nothing then: so all are posted before.
 */
final class Sentries implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sentries.class);

  /** Knows the domains that its host had when it was posted, by their names and UUIDs. */
  interface Sentry extends AutoCloseable {

    boolean alive();

    boolean knows(String domain);

    /**
     * Waits until that domain answers, if it is there.
     *
     * @throws LibvirtFailure when it can't be asked
     */
    void hear(String domain);

    @Override
    void close();
  }

  private final Supplier<? extends Sentry> posting;
  private final int atMost;
  private final Deque<Sentry> idle = new ArrayDeque<>();
  private final Set<Sentry> hearing = new HashSet<>();

  /** Came last; who does not know it has an old list. */
  private @Nullable String newcomer;

  /**
   * Posts nobody yet.
   *
   * @param posting may throw {@link LibvirtFailure} or {@link HostUnreachable}
   * @param atMost no more than that may hear at a time
   */
  Sentries(Supplier<? extends Sentry> posting, int atMost) {
    this.posting = posting;
    this.atMost = atMost;
  }

  /** Whether one of them knows it. */
  synchronized boolean know(String domain) {
    return Stream.concat(idle.stream(), hearing.stream())
        .anyMatch(sentry -> sentry.alive() && sentry.knows(domain));
  }

  /**
   * Waits until that domain answers, where a sentry knows it. Where the host fails meanwhile, the
   * next call tells.
   */
  void hear(String domain) {
    Optional<Sentry> called = called(domain);
    boolean well = false;
    try {
      called.ifPresent(sentry -> sentry.hear(domain));
      well = true;
    } catch (LibvirtFailure e) {
      log.debug("{} was not heard", domain, e);
    } finally {
      boolean heard = well;
      called.ifPresent(sentry -> relieve(sentry, heard));
    }
  }

  private synchronized Optional<Sentry> called(String domain) {
    List.copyOf(idle).stream().filter(sentry -> !sentry.alive()).forEach(this::dismiss);
    Optional<Sentry> knowing = idle.stream().filter(sentry -> sentry.knows(domain)).findFirst();
    knowing.ifPresent(sentry -> {
      idle.remove(sentry);
      hearing.add(sentry);
    });
    return knowing;
  }

  private synchronized void relieve(Sentry sentry, boolean well) {
    hearing.remove(sentry);
    idle.addLast(sentry);
    if (!well || isOutdated(sentry)) {
      dismiss(sentry);
    }
  }

  private boolean isOutdated(Sentry sentry) {
    return newcomer != null && !sentry.knows(newcomer);
  }

  /**
   * Lists the domains anew, as somebody wants one that no sentry knows: posts one sentry, and all
   * that are missing. It waits for each domain that is locked; those that stand are asked
   * meanwhile.
   *
   * @throws HostUnreachable when there is no connection to be had
   * @throws LibvirtFailure when libvirt refuses
   */
  void post(String domain) {
    do {
      takeUp(domain, posting.get());
    } while (isMissingOne());
  }

  private synchronized boolean isMissingOne() {
    return idle.size() + hearing.size() < atMost;
  }

  private synchronized void takeUp(String domain, Sentry fresh) {
    newcomer = fresh.knows(domain) ? domain : null;
    List.copyOf(idle).stream()
        .filter(other -> !other.alive() || isOutdated(other))
        .forEach(this::dismiss);
    idle.addLast(fresh);
    if (idle.size() + hearing.size() > atMost) {
      dismiss(idle.getFirst());
    }
  }

  private synchronized void dismiss(Sentry sentry) {
    idle.remove(sentry);
    sentry.close();
  }

  @Override
  public synchronized void close() {
    List.copyOf(idle).forEach(this::dismiss);
  }
}
