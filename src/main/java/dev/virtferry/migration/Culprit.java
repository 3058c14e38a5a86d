package dev.virtferry.migration;

import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Need.Network;
import dev.virtferry.libvirt.Need.PacketFilter;
import dev.virtferry.libvirt.Need.Secret;
import dev.virtferry.libvirt.Need.TpmEmulator;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What of all that a domain needs of its host libvirt or QEMU failed over. Both quote names as the
 * definition has them, whatever the rest of their words is.
 */
public final class Culprit {

  /** QEMU counts displays of VNC from this port. */
  private static final int FIRST_DISPLAY = 5900;

  private Culprit() {}

  /** Whether the failure has one of the numbers that are said of whatever is missing. */
  public static boolean mayBeIn(LibvirtFailure failure) {
    return failure.is(ErrorNumber.INTERNAL_ERROR) || failure.is(ErrorNumber.SYSTEM_ERROR);
  }

  /** The first of the needs that a failure names. */
  static Optional<Need> in(LibvirtFailure failure, List<Need> needs) {
    return needs.stream()
        .filter(_ -> mayBeIn(failure))
        .filter(
            need -> names(need).stream().anyMatch(name -> name.matcher(failure.message()).find()))
        .findFirst();
  }

  /** What it is when a host lacks it, before a migration and as what ended it. */
  public static ProblemType problem(Need lacking) {
    return switch (lacking) {
      case Secret _, HostFile _ -> ProblemType.DESTINATION_STORAGE;
      case Network _, PacketFilter _, Link _, Listener _ -> ProblemType.DESTINATION_CONFLICT;
      case TpmEmulator _ -> ProblemType.DOMAIN_NOT_MIGRATABLE;
    };
  }

  private static List<Pattern> names(Need need) {
    return switch (need) {
      case Secret secret -> List.of(quoted(secret.key()));
      case Network network -> List.of(quoted(network.name()));
      case PacketFilter filter -> List.of(quoted(filter.name()));
      case Link link -> List.of(quoted(link.name()));
      case TpmEmulator _ -> List.of(Pattern.compile("\\bswtpm"));
      case Listener listener -> names(listener);
      case HostFile file ->
          List.of(
              Pattern.compile(
                  "(?<![\\w./-])%s(?![\\w-]|\\.\\w)%s"
                      .formatted(
                          Pattern.quote(file.path()),
                          file.kind() == HostFile.Kind.FOLDER ? "" : "(?!/)")));
    };
  }

  /** A name may be a word of the language. */
  private static Pattern quoted(String name) {
    return Pattern.compile("['\"]%s['\"]".formatted(Pattern.quote(name)));
  }

  private static List<Pattern> names(Listener listener) {
    String address = listener.address();
    Pattern alone = Pattern.compile("(?<![\\w.:])%s(?![\\w.])".formatted(Pattern.quote(address)));
    if (listener.port() == 0) {
      return listener.isAnywhere() ? List.of() : List.of(alone);
    }
    Pattern port = Pattern.compile("\\b%s\\b".formatted(Integer.toString(listener.port())));
    Pattern display =
        Pattern.compile(
            "%s:%s\\b"
                .formatted(
                    Pattern.quote(address), Integer.toString(listener.port() - FIRST_DISPLAY)));
    return listener.isAnywhere() ? List.of(port, display) : List.of(port, display, alone);
  }
}
