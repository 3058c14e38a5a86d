package dev.virtferry.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.access.Callers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The HTTP load generator {@code wrk}, on one thread of its own. */
final class Wrk {

  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
  private static final Pattern REFUSED = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

  private final int connections;
  private final int seconds;
  private final List<String> arguments = new ArrayList<>();

  Wrk(int connections, int seconds) {
    this.connections = connections;
    this.seconds = seconds;
  }

  /** Lets a Lua script make the requests. */
  Wrk script(String lua) throws IOException {
    Path script = Files.createTempFile("wrk", ".lua");
    Files.writeString(script, lua);
    arguments.addAll(List.of("-s", script.toString()));
    return this;
  }

  /** Requests a second; every one of them has to succeed. */
  double rate(String url) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--timeout", "10s"));
    command.addAll(List.of("-H", "Authorization: Bearer " + Callers.TOKEN));
    command.addAll(arguments);
    command.add(url);
    Process wrk = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(wrk.getInputStream().readAllBytes(), UTF_8);
    Matcher rate = RATE.matcher(output);
    if (wrk.waitFor() != 0 || REFUSED.matcher(output).find() || !rate.find()) {
      throw new IllegalStateException("wrk %s: %s".formatted(url, output));
    }
    return Double.parseDouble(rate.group(1));
  }
}
