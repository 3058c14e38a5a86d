package dev.virtferry.access;

import static java.util.stream.Collectors.joining;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** {@code java -jar virt-ferry.jar token}: makes a token and says how to configure it. */
public final class TokenCommand {

  /** The first word of the command line. */
  public static final String NAME = "token";

  private static final String USAGE =
      """
      usage: java -jar virt-ferry.jar token --name NAME --role viewer|operator|admin
                 [--expires 2027-01-31T00:00:00Z] [--domains 'a-*,b-*'] [--hosts kvm-a,kvm-b]
      Makes a bearer token. The caller gets the token; the service gets the lines below it.
      """;

  private TokenCommand() {}

  /**
   * Prints a new token and its configuration.
   *
   * @return the exit status: 0, or 2 when the words are not understood
   */
  public static int run(List<String> words, PrintStream out, PrintStream err) {
    Map<String, String> given = given(words);
    String name = given.get("--name");
    String role = given.getOrDefault("--role", "").toUpperCase(Locale.ROOT);
    if (name == null || List.of(Role.values()).stream().noneMatch(r -> r.name().equals(role))) {
      err.print(USAGE);
      return 2;
    }
    String token = BearerToken.random();
    out.println(token);
    out.println();
    out.println("ferry:");
    out.println("  access:");
    out.println("    tokens:");
    out.println("      - name: " + name);
    out.println("        sha256: " + BearerToken.sha256(token));
    out.println("        role: " + role.toLowerCase(Locale.ROOT));
    for (String more : List.of("expires", "domains", "hosts")) {
      String value = given.get("--" + more);
      if (value != null) {
        out.println(
            "        %s: %s".formatted(more, more.equals("expires") ? quoted(value) : list(value)));
      }
    }
    return 0;
  }

  /** A list of YAML keeps the blanks of a domain's name; a text with commas would lose them. */
  private static String list(String names) {
    return Stream.of(names.split(",")).map(TokenCommand::quoted).collect(joining(", ", "[", "]"));
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** Whether it is nothing, or a list with nothing in one place. */
  private static boolean hasBlank(String value) {
    return Stream.of(value.split(",", -1)).anyMatch(String::isBlank);
  }

  /** Empty when they are not pairs of an option and its value. */
  private static Map<String, String> given(List<String> words) {
    Map<String, String> given = new HashMap<>();
    var left = new ArrayList<>(words);
    while (!left.isEmpty()) {
      String option = left.removeFirst();
      boolean known =
          List.of("--name", "--role", "--expires", "--domains", "--hosts").contains(option);
      if (!known || left.isEmpty() || hasBlank(left.getFirst())) {
        return Map.of();
      }
      given.put(option, left.removeFirst());
    }
    return given;
  }
}
