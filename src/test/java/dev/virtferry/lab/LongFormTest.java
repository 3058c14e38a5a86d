package dev.virtferry.lab;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What no build runs stands in docs/reliability.md, with what each build runs instead. */
class LongFormTest {

  private static final Path LAB = Path.of("src", "test", "java", "dev", "virtferry", "lab");

  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+\\.\\w+)` \\| `(\\w+\\.\\w+)` \\| \\S.* \\|$", Pattern.MULTILINE);

  private static List<Method> labTests() throws IOException {
    try (Stream<Path> files = Files.list(LAB)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith("IT.java"))
          .map(file -> named(file.replace(".java", "")))
          .flatMap(test -> Arrays.stream(test.getDeclaredMethods()))
          .toList();
    }
  }

  private static Class<?> named(String test) {
    try {
      return Class.forName("dev.virtferry.lab." + test);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(Method test) {
    return test.getDeclaringClass().getSimpleName() + "." + test.getName();
  }

  @Test
  void theListNamesEachLongTestAndItsShortCase() throws IOException {
    Map<String, String> listed =
        ROW.matcher(Files.readString(Path.of("docs", "reliability.md")))
            .results()
            .collect(toMap((MatchResult row) -> row.group(1), row -> row.group(2)));
    Map<String, String> tagged = new TreeMap<>();
    for (Method test : labTests()) {
      LongForm form = test.getAnnotation(LongForm.class);
      if (form != null) {
        tagged.put(name(test), form.shortCase());
      }
    }
    assertThat(tagged).isNotEmpty().containsExactlyInAnyOrderEntriesOf(listed);
  }

  @Test
  void eachBuildRunsTheShortCase() throws IOException {
    List<Method> tests = labTests();
    List<String> inEachBuild =
        tests.stream()
            .filter(test -> !test.isAnnotationPresent(LongForm.class))
            .map(LongFormTest::name)
            .toList();
    assertThat(tests)
        .filteredOn(test -> test.isAnnotationPresent(LongForm.class))
        .allSatisfy(test ->
            assertThat(inEachBuild).contains(test.getAnnotation(LongForm.class).shortCase()));
  }
}
