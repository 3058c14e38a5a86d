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

  /**
   * Waits until that domain answers. Where the host fails meanwhile, the next call tells.
   *
   * @param domain its name or UUID; one that no sentry knows is taken for absent
   * @param mayPost whether libvirt is believed to list its domains
   * @return false when there is nobody to hear it
   * @throws HostUnreachable when there is no connection to be had
   */
  boolean hear(String domain, boolean mayPost) {
    try {
      Optional<Sentry> sentry = called(domain, mayPost);
      if (sentry.isEmpty() && mayPost) {
        sentry = Optional.of(posted(domain));
      }
      sentry.ifPresent(hearing -> hear(domain, hearing));
      return sentry.isPresent();
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

  /** One that knows it; empty where one is to be posted, and room is made for it. */
  private synchronized Optional<Sentry> called(String domain, boolean mayPost) {
    List.copyOf(idle).stream().filter(sentry -> !sentry.alive()).forEach(this::dismiss);
    Optional<Sentry> knowing = idle.stream().filter(sentry -> sentry.knows(domain)).findFirst();
    if (mayPost && (posted < atMost || knowing.isEmpty())) {
      makeRoom();
      posted++;
      return Optional.empty();
    }
    Optional<Sentry> called = knowing.or(() -> Optional.ofNullable(idle.peekFirst()));
    called.ifPresent(idle::remove);
    return called;
  }

  private void makeRoom() {
    if (posted == atMost && !idle.isEmpty()) {
      dismiss(idle.getFirst());
    }
  }

  private Sentry posted(String domain) {
    boolean well = false;
    try {
      Sentry sentry = posting.get();
      well = true;
      dismissOutdated(domain, sentry);
      return sentry;
    } finally {
      if (!well) {
        lost();
      }
    }
  }

  private synchronized void lost() {
    posted--;
  }

  /** Those that do not know whom a newer one knows. */
  private synchronized void dismissOutdated(String domain, Sentry newer) {
    if (newer.knows(domain)) {
      List.copyOf(idle).stream().filter(sentry -> !sentry.knows(domain)).forEach(this::dismiss);
    }
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
