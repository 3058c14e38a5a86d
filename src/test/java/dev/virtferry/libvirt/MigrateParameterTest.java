package dev.virtferry.libvirt;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README lists the parameters; {@code -Dparameters=write} writes its table anew. */
class MigrateParameterTest {

  private static final Path README = Path.of("README.md");

  private static final String HEAD =
      """
      | Parameter | Type | Since libvirt | `virsh migrate` | What it says |
      |---|---|---|---|---|
      """;

  private static final Pattern TABLE = Pattern.compile(Pattern.quote(HEAD) + "(?:\\|[^\n]*\n)*");

  private static String row(MigrateParameter parameter) {
    return "| `%s` | %s | %s | `%s` | %s |\n"
        .formatted(
            parameter.nativeName(),
            parameter.type().name().toLowerCase(Locale.ROOT),
            HostFacts.words(parameter.since()),
            parameter.virsh() + (parameter.fileEnding().isPresent() ? " FILE" : ""),
            parameter.meaning());
  }

  @Test
  void theReadmeListsEveryParameter() throws IOException {
    String table =
        HEAD
            + Stream.of(MigrateParameter.values())
                .map(MigrateParameterTest::row)
                .collect(joining());
    String page = Files.readString(README);
    if ("write".equals(System.getProperty("parameters"))) {
      Files.writeString(README, TABLE.matcher(page).replaceFirst(Matcher.quoteReplacement(table)));
    }
    assertThat(Files.readString(README))
        .as("mend with: mvn test -Dtest=MigrateParameterTest -Dparameters=write")
        .containsPattern(Pattern.quote(table) + "(?!\\|)");
  }

  @Test
  void eachHasANameAndAnOptionOfItsOwn() {
    assertThat(Stream.of(MigrateParameter.values()).map(MigrateParameter::nativeName))
        .doesNotHaveDuplicates();
    assertThat(Stream.of(MigrateParameter.values()).map(MigrateParameter::virsh))
        .doesNotHaveDuplicates();
  }
}
