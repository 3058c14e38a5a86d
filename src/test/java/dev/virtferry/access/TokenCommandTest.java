package dev.virtferry.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCommandTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String words) {
    return TokenCommand.run(
        words.isEmpty() ? List.of() : List.of(words.split(" ", -1)),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  @Test
  void makesATokenAndTheConfigurationThatKnowsIt() {
    assertThat(run("--name ops --role operator --domains a-* --expires 2027-01-31T00:00:00Z"))
        .isZero();
    List<String> lines = out.toString(UTF_8).lines().toList();
    assertThat(lines.getFirst()).startsWith("vfy_").hasSizeGreaterThan(40);
    assertThat(lines)
        .contains(
            "      - name: ops",
            "        sha256: " + BearerToken.sha256(lines.getFirst()),
            "        role: operator",
            "        expires: \"2027-01-31T00:00:00Z\"",
            "        domains: [\"a-*\"]")
        .noneMatch(line -> line.contains("hosts"));
  }

  @Test
  void keepsTheBlanksOfADomainsName() {
    TokenCommand.run(
        List.of("--name", "ops", "--role", "viewer", "--domains", "g ,b-*,\"\\"),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
    assertThat(out.toString(UTF_8)).contains("        domains: [\"g \", \"b-*\", \"\\\"\\\\\"]\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--expires", "--domains", "--hosts", "--name"})
  void makesNoTokenWithABoundThatIsEmpty(String option) {
    for (String empty : List.of("", " ", "a,", ",a")) {
      assertThat(
              TokenCommand.run(
                  List.of("--name", "ops", "--role", "viewer", option, empty),
                  new PrintStream(out, true, UTF_8),
                  new PrintStream(err, true, UTF_8)))
          .isEqualTo(2);
    }
    assertThat(out.size()).isZero();
  }

  @Test
  void makesAnotherTokenEachTime() {
    run("--name a --role viewer");
    String first = out.toString(UTF_8).lines().findFirst().orElseThrow();
    out.reset();
    run("--name a --role viewer");
    assertThat(out.toString(UTF_8)).doesNotContain(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "--name", "--name ops", "--name ops --role king", "--role admin", "ops admin"})
  void explainsItselfWhereItIsNotUnderstood(String words) {
    assertThat(run(words)).isEqualTo(2);
    assertThat(out.size()).isZero();
    assertThat(err.toString(UTF_8)).startsWith("usage: ");
  }
}
