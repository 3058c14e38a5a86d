package dev.virtferry.migration.plan;

import static java.util.stream.Collectors.joining;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.Acceptance.Answer;
import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Need.Network;
import dev.virtferry.libvirt.Need.PacketFilter;
import dev.virtferry.libvirt.Need.Secret;
import dev.virtferry.libvirt.Need.TpmEmulator;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What else the destination has to have when a guest starts there. What it certainly lacks is
 * refused, as its libvirt or QEMU would refuse it; what only the next start needs is a doubt.
 */
final class Prerequisites {

  private final Hypervisor hypervisor;

  Prerequisites(Hypervisor hypervisor) {
    this.hypervisor = hypervisor;
  }

  /**
   * Looks, and tells what was found.
   *
   * @param carried the definitions that the destination gets, that of its run first
   * @param scope of whoever is told of the plan
   */
  void look(
      PlanInput input,
      List<CarriedDefinition> carried,
      DestinationVolumes.Look places,
      Scope scope,
      PlanChecks checks) {
    String destination = input.destination().name();
    Set<Need> now = Set.copyOf(carried.getFirst().needs());
    List<Need> needs =
        carried.stream().flatMap(definition -> definition.needs().stream()).distinct().toList();
    var answers = new Answers(input, places, told(input, needs));
    List<Prerequisite> found =
        needs.stream()
            .map(need -> new Prerequisite(need, now.contains(need), answers.of(need)))
            .toList();
    List<Problem> problems =
        found.stream()
            .filter(Prerequisite::isMissing)
            .map(missing -> Discretion.of(missing.problem(destination), scope))
            .distinct()
            .toList();
    List<String> doubts = Discretion.ofNeeds(doubts(found, destination), !found.isEmpty(), scope);
    checks.add(
        Subject.NEEDS, problems, doubts, "%s has what else it needs there".formatted(destination));
  }

  /** What libvirt tells; nothing is asked where it tells nothing. */
  private Map<Need, Acceptance> told(PlanInput input, List<Need> needs) {
    List<Need> asked = needs.stream().filter(Prerequisites::isToldByLibvirt).toList();
    return asked.isEmpty()
        ? Map.of()
        : hypervisor
            .queries()
            .provides(input.destination().address(), input.domain().machine(), asked);
  }

  private static boolean isToldByLibvirt(Need need) {
    return switch (need) {
      case Secret _, Network _, PacketFilter _, Link _, TpmEmulator _ -> true;
      case HostFile file -> file.isLoader();
      case Listener _ -> false;
    };
  }

  /** A sentence for each that may be missing, and one for all that only the host sees. */
  private static List<String> doubts(List<Prerequisite> found, String destination) {
    List<String> doubts = new ArrayList<>();
    found.stream()
        .filter(Prerequisite::isDoubtful)
        .map(doubtful -> doubtful.doubt(destination))
        .forEach(doubts::add);
    String unseen = unseen(found);
    if (!unseen.isEmpty()) {
      doubts.add("Only %s itself sees whether it has %s.".formatted(destination, unseen));
    }
    return doubts;
  }

  private static String unseen(List<Prerequisite> found) {
    return found.stream()
        .filter(Prerequisite::isUnseen)
        .map(Prerequisite::listed)
        .collect(joining(", "));
  }

  /**
   * What each need is answered by.
   *
   * @param told by libvirt
   */
  private record Answers(
      PlanInput input, DestinationVolumes.Look places, Map<Need, Acceptance> told) {

    private Acceptance of(Need need) {
      return switch (need) {
        case Secret _, Network _, PacketFilter _, Link _, TpmEmulator _ ->
            Objects.requireNonNull(told.get(need));
        case Listener listener -> of(listener);
        case HostFile file -> of(file);
      };
    }

    private Acceptance of(HostFile file) {
      Acceptance known = told.get(file);
      return known != null && known.answer() == Answer.YES
          ? known
          : new Acceptance(places.has(file), "");
    }

    private Acceptance of(Listener listener) {
      Optional<UUID> other =
          listener.port() == 0 ? Optional.empty() : places.bars(listener, input.domain().uuid());
      if (other.isPresent()) {
        return new Acceptance(Answer.NO, "domain %s has it".formatted(other.get()));
      }
      return listener.isAnywhere() ? new Acceptance(Answer.YES, "") : of(listener.address());
    }

    private Acceptance of(String address) {
      if (input.destination().endpoints().contains(address)) {
        return new Acceptance(Answer.YES, "");
      }
      String source = input.source().name();
      return input.source().endpoints().contains(address)
          ? new Acceptance(Answer.NO, "%s is an address of %s".formatted(address, source))
          : new Acceptance(Answer.UNKNOWN, "only it sees its addresses");
    }
  }
}
