package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.DomainName;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
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
   * Waits until it is seen that a call about a domain would not hang.
   *
   * @param silence what is said where it would
   * @throws HostUnreachable when it would, or nobody can tell
   */
  void requireFree(String about, Lane lane, Duration atMost, Supplier<HostUnreachable> silence) {
    long begun = System.nanoTime();
    if (!overdue.over(about, atMost)) {
      throw silence.get();
    }
    if (about.equals(HostQueries.ALL_DOMAINS) || calls.trouble() != null) {
      return;
    }
    if (lane == Lane.READING && !calls.isKnown(about)) {
      list(about, atMost.minusNanos(System.nanoTime() - begun), silence);
    }
    if (hears(lane) && calls.isKnown(about)) {
      hear(about, atMost.minusNanos(System.nanoTime() - begun), silence);
    }
  }

  /**
   * Whether a sentry is asked. Who follows a migration looks its domain up whatever happens: a
   * daemon whose workers all wait answers that, and no sentry. A migration that is prepared can't
   * wait for what is not known either; libvirt looks for namesakes itself before it takes a guest
   * in.
   */
  private static boolean hears(Lane lane) {
    return lane == Lane.READING || lane == Lane.PREPARING;
  }

  private void hear(String about, Duration atMost, Supplier<HostUnreachable> silence) {
    try {
      Call<Boolean> call = calls.hear(about, atMost);
      try {
        calls.answerOf(call, atMost);
      } catch (TimeoutException e) {
        overdue.add(about, call.answer());
        overdue.add(HostQueries.ALL_DOMAINS, call.answer());
        throw silence.get();
      }
    } catch (NoPlace e) {
      throw silence.get();
    }
  }

  /** While one is locked libvirt lists none, so nobody else tries. */
  private void list(String about, Duration atMost, Supplier<HostUnreachable> silence) {
    if (!overdue.over(HostQueries.ALL_DOMAINS, Duration.ZERO)) {
      throw HostUnreachable.unlisted(host.name(), about);
    }
    try {
      Call<Boolean> call = calls.post(about, atMost);
      try {
        calls.answerOf(call, atMost);
      } catch (TimeoutException e) {
        overdue.add(HostQueries.ALL_DOMAINS, call.answer());
        throw silence.get();
      } catch (LibvirtFailure e) {
        log.debug("{} lists no domains for sentries", host.name(), e);
      }
    } catch (NoPlace e) {
      throw HostUnreachable.unlisted(host.name(), about);
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
        calls.post(newcomer.get(), Duration.ZERO);
      }
    } catch (NoPlace e) {
      log.debug("Sentries are being posted at {}", host.name(), e);
    }
  }
}
