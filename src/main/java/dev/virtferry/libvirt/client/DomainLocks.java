package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.DomainName;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.client.HostCalls.Call;
import dev.virtferry.libvirt.client.HostCalls.NoPlace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which domains of a host its daemon keeps locked, found out without a look-up. */
final class DomainLocks {

  private static final Logger log = LoggerFactory.getLogger(DomainLocks.class);

  private final HostAddress host;
  private final HostCalls calls;
  private final Overdue<String> overdue;

  DomainLocks(HostAddress host, HostCalls calls, Overdue<String> overdue) {
    this.host = host;
    this.calls = calls;
    this.overdue = overdue;
  }

  /**
   * Waits until it is seen that a call about it would not hang.
   *
   * @param silence what is said where it would
   * @throws HostUnreachable when it would, or nobody can tell
   */
  void requireFree(String about, Lane lane, Duration atMost, Supplier<HostUnreachable> silence) {
    long begun = System.nanoTime();
    if (!overdue.over(about, atMost)) {
      throw silence.get();
    }
    boolean known = calls.isKnown(about);
    if (!about.equals(HostQueries.ALL_DOMAINS) && hears(lane, known) && calls.trouble() == null) {
      hear(about, known, atMost.minusNanos(System.nanoTime() - begun), silence);
    }
  }

  /**
   * Whether a sentry is asked. Who follows a migration looks its domain up whatever happens: a
   * daemon whose workers all wait answers that, and no sentry. A migration that is prepared can't
   * wait for what is not known either; libvirt looks for namesakes itself before it takes a guest
   * in.
   */
  private static boolean hears(Lane lane, boolean known) {
    return lane == Lane.READING || (lane == Lane.PREPARING && known);
  }

  /** While one is locked libvirt lists none, so nobody tries. */
  private void hear(
      String about, boolean known, Duration atMost, Supplier<HostUnreachable> silence) {
    try {
      Call<Boolean> call =
          calls.hear(about, overdue.over(HostQueries.ALL_DOMAINS, Duration.ZERO), atMost);
      try {
        if (!calls.answerOf(call, atMost)) {
          throw HostUnreachable.unlisted(host.name(), about);
        }
      } catch (TimeoutException e) {
        overdue.add(HostQueries.ALL_DOMAINS, call.answer());
        if (known) {
          overdue.add(about, call.answer());
        }
        throw silence.get();
      }
    } catch (NoPlace e) {
      throw silence.get();
    }
  }

  /** Has sentries that know these domains, before one of them is locked; waits for nobody. */
  void postSentries(List<DomainName> domains) {
    Optional<String> newcomer =
        domains.stream()
            .map(domain -> domain.uuid().toString())
            .filter(domain -> !calls.isKnown(domain))
            .findFirst();
    try {
      if (newcomer.isPresent()) {
        calls.hear(newcomer.get(), true, Duration.ZERO);
      }
    } catch (NoPlace e) {
      log.debug("The sentries of {} are busy", host.name(), e);
    }
  }
}
