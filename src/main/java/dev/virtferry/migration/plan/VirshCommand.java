package dev.virtferry.migration.plan;

import static java.util.stream.Collectors.joining;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.MigrateParameter;
import dev.virtferry.libvirt.TypedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A call to libvirt in the words of virsh, for people who want to know or to do it by hand. */
public final class VirshCommand {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private VirshCommand() {}

  /**
   * One line for a shell. Where the call carries definitions, they are read from files in the
   * working directory.
   */
  public static String of(MigrateCall call, String domain, Host source) {
    List<String> words = new ArrayList<>(List.of("virsh", "-c", source.peerUri(), "migrate"));
    call.flags().stream().map(MigrateFlag::virsh).forEach(words::add);
    for (MigrateParameter parameter : MigrateParameter.values()) {
      List<TypedValue> values = call.parameters().getAll(parameter.nativeName());
      if (!values.isEmpty()) {
        words.add(parameter.virsh());
        words.add(value(parameter, values, domain));
      }
    }
    words.addAll(List.of("--domain", domain, "--desturi", call.destination()));
    return words.stream().map(VirshCommand::quoted).collect(joining(" "));
  }

  /** virsh takes a list with commas, and makes one parameter of each. */
  private static String value(MigrateParameter parameter, List<TypedValue> values, String domain) {
    return parameter
        .fileEnding()
        .map(domain::concat)
        .orElseGet(
            () -> values.stream().map(value -> value.value().toString()).collect(joining(",")));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
