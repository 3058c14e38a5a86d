package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
  private int posted;

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

  /** Whether one that is free knows it. */
  synchronized boolean know(String domain) {
    return idle.stream().anyMatch(sentry -> sentry.alive() && sentry.knows(domain));
  }

  /**
   * Waits until that domain answers. Where the host fails meanwhile, the next call tells.
   *
   * @param domain its name or UUID; one that a new list does not have is not waited for
   * @param mayPost whether libvirt is believed to list its domains
   * @return false when no sentry knows it, and there is no list to be had
   * @throws HostUnreachable when there is no connection to be had
   */
  boolean hear(String domain, boolean mayPost) {
    try {
      Optional<Sentry> knowing = knowing(domain);
      if (knowing.isEmpty() && mayPost) {
        post(domain);
        knowing = knowing(domain);
      }
      knowing.ifPresent(sentry -> hear(domain, sentry));
      return mayPost || knowing.isPresent();
    } catch (LibvirtFailure e) {
      log.debug("{} was not heard", domain, e);
      return true;
    }
  }

  private void hear(String domain, Sentry sentry) {
    boolean well = false;
    try {
      sentry.hear(domain);
      well = true;
    } finally {
      relieve(sentry, well);
    }
  }

  private synchronized void relieve(Sentry sentry, boolean well) {
    idle.addLast(sentry);
    if (!well) {
      dismiss(sentry);
    }
  }

  private synchronized Optional<Sentry> knowing(String domain) {
    List.copyOf(idle).stream().filter(sentry -> !sentry.alive()).forEach(this::dismiss);
    Optional<Sentry> knowing = idle.stream().filter(sentry -> sentry.knows(domain)).findFirst();
    knowing.ifPresent(idle::remove);
    return knowing;
  }

  /** Posts all that are missing, and one at least. Where it knows more than others they go. */
  private void post(String domain) {
    makeRoom();
    while (begins()) {
      boolean well = false;
      try {
        Sentry fresh = posting.get();
        well = true;
        takeUp(domain, fresh);
      } finally {
        if (!well) {
          lose();
        }
      }
    }
  }

  private synchronized void makeRoom() {
    if (posted == atMost && !idle.isEmpty()) {
      dismiss(idle.getFirst());
    }
  }

  private synchronized boolean begins() {
    boolean room = posted < atMost;
    posted += room ? 1 : 0;
    return room;
  }

  private synchronized void lose() {
    posted--;
  }

  private synchronized void takeUp(String domain, Sentry fresh) {
    if (fresh.knows(domain)) {
      List.copyOf(idle).stream().filter(other -> !other.knows(domain)).forEach(this::dismiss);
    }
    idle.addLast(fresh);
  }

  private synchronized void dismiss(Sentry sentry) {
    idle.remove(sentry);
    posted--;
    sentry.close();
  }

  @Override
  public synchronized void close() {
    List.copyOf(idle).forEach(this::dismiss);
  }
}
