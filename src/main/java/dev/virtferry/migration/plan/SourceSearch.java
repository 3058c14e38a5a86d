package dev.virtferry.migration.plan;

import static dev.virtferry.problem.ProblemType.DOMAIN_AMBIGUOUS;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_FOUND;
import static dev.virtferry.problem.ProblemType.DOMAIN_NOT_RUNNING;

import dev.virtferry.access.Scope;
import dev.virtferry.host.EveryHost;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Finds the host that runs a domain by asking all hosts at the same time. */
@Component
public final class SourceSearch {

  private static final Logger log = LoggerFactory.getLogger(SourceSearch.class);

  /** How a host shows a guest that comes there; the one that it leaves may show the same. */
  private static final Set<DomainState> WAITING =
      EnumSet.of(DomainState.PAUSED_MIGRATION, DomainState.PAUSED_STARTING_UP);

  private final EveryHost everyHost;
  private final DomainsInScope domains;

  public SourceSearch(EveryHost everyHost, DomainsInScope domains) {
    this.everyHost = everyHost;
    this.domains = domains;
  }

  /**
   * The only host that runs the domain. One that waits for it while libvirt migrates it there does
   * not.
   *
   * @param scope outside of which no domain and no host is found
   * @throws Refused when no host, or more than one, runs it
   * @throws HostUnreachable when it was not found and a host could not be asked
   */
  public Host runs(String domain, Scope scope) {
    List<Host> running = new ArrayList<>();
    List<Host> waiting = new ArrayList<>();
    List<Host> stopped = new ArrayList<>();
    List<HostUnreachable> silent = new ArrayList<>();
    for (Answer answer :
        everyHost.ask(host -> scope.hasHost(host.name()), host -> ask(host, domain, scope))) {
      switch (answer) {
        case Answer.Has(Host host, DomainState state) when WAITING.contains(state) ->
            waiting.add(host);
        case Answer.Has(Host host, DomainState state) ->
            (state.active() ? running : stopped).add(host);
        case Answer.HasNot _ -> {}
        case Answer.Silent(HostUnreachable why) -> silent.add(why);
      }
    }
    List<Host> holding = running.isEmpty() ? waiting : running;
    if (holding.size() > 1) {
      throw ambiguous(domain, holding);
    }
    if (holding.size() == 1) {
      return holding.getFirst();
    }
    if (!silent.isEmpty()) {
      throw silent.getFirst();
    }
    throw stopped.isEmpty() ? unknown(domain) : stopped(domain, stopped.getFirst());
  }

  private static Refused ambiguous(String domain, List<Host> hosts) {
    return refused(
        DOMAIN_AMBIGUOUS,
        "These hosts run a domain '%s': %s. Name one of them as the source."
            .formatted(domain, String.join(", ", hosts.stream().map(Host::name).toList())));
  }

  private static Refused stopped(String domain, Host host) {
    return refused(
        DOMAIN_NOT_RUNNING,
        "Domain '%s' is defined on %s and does not run; start it first."
            .formatted(domain, host.name()));
  }

  private static Refused unknown(String domain) {
    return refused(
        DOMAIN_NOT_FOUND,
        "None of the hosts has a domain '%s'; check the name or UUID.".formatted(domain));
  }

  private sealed interface Answer {
    record Has(Host host, DomainState state) implements Answer {}

    record HasNot() implements Answer {}

    record Silent(HostUnreachable why) implements Answer {}
  }

  private Answer ask(Host host, String domain, Scope scope) {
    try {
      Optional<DomainState> state = domains.glance(host, domain, scope);
      return state.isPresent() ? new Answer.Has(host, state.get()) : new Answer.HasNot();
    } catch (HostUnreachable e) {
      return new Answer.Silent(e);
    } catch (LibvirtFailure e) {
      log.warn("{} does not tell whether it has the domain: {}", host.name(), e.message());
      return new Answer.Silent(
          new HostUnreachable(host.name(), "it can't tell which domains it has"));
    }
  }

  private static Refused refused(ProblemType type, String detail) {
    return new Refused(Problem.at("#/domain", type, detail));
  }
}
