package dev.virtferry.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds answers to what the documentation promises. */
final class Judge {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String PREFIX = "urn:virt-ferry:problem:";
  private static final Pattern DOCUMENTED = Pattern.compile("\\| `([a-z-]+)` \\|");

  /** What only a stack trace or a message from inside has. */
  private static final Pattern INSIDES =
      Pattern.compile(
          "\\bat [\\w.$]+\\([\\w.]+\\.java|Exception\\b|Caused by|"
              + "\\b(dev\\.virtferry|java|javax|jakarta|org\\.(spring|apache|hibernate)\\w*|tools\\.jackson)"
              + "\\.[a-z]\\w*");

  private final Set<String> types;

  Judge(Path problems) throws IOException {
    this.types =
        DOCUMENTED
            .matcher(Files.readString(problems))
            .results()
            .map((MatchResult found) -> found.group(1))
            .collect(Collectors.toSet());
  }

  /** What is wrong with the answer, if anything is. */
  Optional<String> complaint(Sent sent, Answer answer) {
    if (INSIDES.matcher(answer.body()).find()) {
      return Optional.of("tells about its inside");
    }
    if (answer.status() >= 500 && !notImplemented(sent, answer.status())) {
      return Optional.of("is a failure of the server");
    }
    if (sent.credible() && (answer.status() == 401 || answer.status() == 429)) {
      return Optional.of("does not know a caller with a good token");
    }
    if (answer.status() == 0) {
      return sent.framed() && sent.text().length() < 500_000
          ? Optional.of("is none")
          : Optional.empty();
    }
    return answer.status() < 400 ? Optional.empty() : problem(sent, answer);
  }

  /** RFC 9110's words for a transfer coding and a version of HTTP that nobody knows. */
  private static boolean notImplemented(Sent sent, int status) {
    return !sent.framed() && (status == 501 || status == 505);
  }

  private Optional<String> problem(Sent sent, Answer answer) {
    if (sent.head()) {
      return Optional.empty();
    }
    if (!answer.contentType().startsWith("application/problem+json")) {
      return Optional.of("is no problem document but " + answer.contentType());
    }
    try {
      JsonNode document = JSON.readTree(answer.body());
      String type = document.path("type").asString("");
      if (!type.startsWith(PREFIX) || !types.contains(type.substring(PREFIX.length()))) {
        return Optional.of("has the undocumented type " + type);
      }
      return document.path("status").asInt(0) == answer.status()
          ? Optional.empty()
          : Optional.of("contradicts its own status");
    } catch (JacksonException e) {
      return Optional.of("is no JSON");
    }
  }
}
