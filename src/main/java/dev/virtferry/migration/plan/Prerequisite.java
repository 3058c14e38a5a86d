package dev.virtferry.migration.plan;

import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.Acceptance.Answer;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Need.Network;
import dev.virtferry.libvirt.Need.PacketFilter;
import dev.virtferry.libvirt.Need.Secret;
import dev.virtferry.libvirt.Need.TpmEmulator;
import dev.virtferry.migration.Culprit;
import dev.virtferry.problem.Problem;

/**
 * Something that a domain needs of the destination, in words.
 *
 * @param now whether it needs it to run there, or only at its next start
 * @param acceptance whether the destination has it; its words say why not, or why nobody can tell
 */
record Prerequisite(Need need, boolean now, Acceptance acceptance) {

  /** Whether it would not start there. */
  boolean isMissing() {
    return now && acceptance.answer() == Answer.NO;
  }

  /** Whether only the destination itself sees it. */
  boolean isUnseen() {
    return need instanceof HostFile && acceptance.answer() == Answer.UNKNOWN;
  }

  /** Whether it may be missing, and what is said of that is more than its path. */
  boolean isDoubtful() {
    return switch (acceptance.answer()) {
      case YES -> false;
      case NO -> !now;
      case UNKNOWN -> !isUnseen();
    };
  }

  /** Why it can't run there. */
  Problem problem(String destination) {
    return Problem.at(
        "#/destUri",
        Culprit.problem(need),
        "%s: %s has no %s%s. %s."
            .formatted(need.place(), destination, name(), because("; "), remedy()));
  }

  /** What may go wrong. */
  String doubt(String destination) {
    return acceptance.answer() == Answer.NO
        ? "%s needs what %s has not now: %s%s."
            .formatted(whose(), destination, name(), because("; "))
        : "%s needs what %s may not have: %s%s."
            .formatted(whose(), destination, name(), because("; "));
  }

  private String whose() {
    return need.place() + (now ? "" : " at its next start");
  }

  private String because(String after) {
    return acceptance.words().isEmpty() ? "" : after + acceptance.words();
  }

  /** It in a list of paths. */
  String listed() {
    return "%s (%s%s)".formatted(name(), need.place(), now ? "" : ", at its next start");
  }

  private String name() {
    return switch (need) {
      case Secret secret -> "secret " + secret.key();
      case Network network -> "active network " + network.name();
      case PacketFilter filter -> "network filter " + filter.name();
      case Link link -> "network device " + link.name();
      case TpmEmulator tpm -> ("TPM emulator (swtpm) " + tpm.version()).strip();
      case Listener at -> listener(at);
      case HostFile file -> (file.kind() == HostFile.Kind.FOLDER ? "folder " : "") + file.path();
    };
  }

  private static String listener(Listener at) {
    if (at.port() == 0) {
      return "address " + at.address();
    }
    return "free port %s:%s".formatted(at.address(), Integer.toString(at.port()));
  }

  private String remedy() {
    return switch (need) {
      case Secret _ -> "Define it there with its value (virsh secret-define, secret-set-value)";
      case Network _ -> "Define and start it there (virsh net-define, net-start)";
      case PacketFilter _ -> "Define it there (virsh nwfilter-define)";
      case Link _ -> "Make it there, or change the definition";
      case TpmEmulator _ -> "Install it there, or choose another destination";
      case Listener _ ->
          "Free it there, or have the domain listen where both hosts can (autoport, 0.0.0.0)";
      case HostFile _ -> "Copy it there";
    };
  }
}
