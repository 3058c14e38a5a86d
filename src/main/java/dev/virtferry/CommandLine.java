package dev.virtferry;

import dev.virtferry.access.TokenCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The words behind {@code java -jar virt-ferry.jar}: settings for the service, or something that is
 * answered at once and starts nothing.
 */
final class CommandLine {

  /** The exit status when a word is not known. */
  static final int NOT_UNDERSTOOD = 2;

  private static final String HELP = "--help";
  private static final String VERSION = "--version";

  private static final String BUILD = "/META-INF/build-info.properties";

  private static final String USAGE =
      """
      usage: java -jar virt-ferry.jar [--SETTING=VALUE ...]   starts the service
             java -jar virt-ferry.jar token ...               makes a bearer token; without more it says how
             java -jar virt-ferry.jar --version               says which virt-ferry this is
             java -jar virt-ferry.jar --help                  says this

      It listens on 127.0.0.1:8080 and keeps its data in ./data until it is told otherwise: by
      settings such as --server.port=8443, by variables such as SERVER_PORT=8443, or by a file
      application.yaml in the directory in which it is started. Its own settings begin with ferry,
      and the README lists them; those of Spring Boot are taken too.
      """;

  private CommandLine() {}

  /**
   * Answers what asks for an answer.
   *
   * @return the exit status: 0, or {@link #NOT_UNDERSTOOD}; empty when the service is to start
   */
  static OptionalInt answer(List<String> words, PrintStream out, PrintStream err) {
    if (words.isEmpty()) {
      return OptionalInt.empty();
    }
    if (words.getFirst().equals(TokenCommand.NAME)) {
      return OptionalInt.of(TokenCommand.run(words.subList(1, words.size()), out, err));
    }
    if (words.contains(HELP) || words.contains("-h")) {
      out.print(USAGE);
      return OptionalInt.of(0);
    }
    if (words.contains(VERSION)) {
      out.println("virt-ferry " + version());
      return OptionalInt.of(0);
    }
    return refusal(words, err);
  }

  private static OptionalInt refusal(List<String> words, PrintStream err) {
    var known = DescribedSettings.read();
    List<String> unknown = words.stream().filter(word -> !isSetting(word, known)).toList();
    if (unknown.isEmpty()) {
      return OptionalInt.empty();
    }
    unknown.forEach(word -> err.println(sentence(name(word), known)));
    err.println("java -jar virt-ferry.jar --help says what there is.");
    return OptionalInt.of(NOT_UNDERSTOOD);
  }

  /** Those that begin with {@code ferry} are left to {@link UnknownSettings}. */
  private static boolean isSetting(String word, DescribedSettings known) {
    return word.startsWith("--") && known.has(name(word).substring(2));
  }

  /** Without the value, which may be a secret. */
  private static String name(String word) {
    return word.split("=", 2)[0];
  }

  private static String sentence(String word, DescribedSettings known) {
    if (word.startsWith("-D")) {
      return word + " is an option of Java; those stand before -jar.";
    }
    String nearest =
        Stream.concat(
                Stream.of(TokenCommand.NAME, HELP, VERSION),
                known.names().map(setting -> "--" + setting))
            .min(Comparator.comparingInt(each -> Setting.distance(word, each)))
            .orElse(HELP);
    return "%s is neither a command nor a setting of virt-ferry; the nearest is %s."
        .formatted(word, nearest);
  }

  private static String version() {
    try (InputStream built = CommandLine.class.getResourceAsStream(BUILD)) {
      var info = new Properties();
      info.load(Objects.requireNonNull(built, BUILD));
      return Objects.requireNonNull(info.getProperty("build.version"), BUILD);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
