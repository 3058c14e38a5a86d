package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Holds every source file to google-java-format. It runs as a test because the formatter needs the
 * JDK that the toolchain picks, and Maven itself may run on an older one.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class FormatTest {

  private static final boolean WRITE = "write".equals(System.getProperty("format"));

  @Test
  void everySourceFileIsFormatted() throws IOException {
    List<Path> unformatted;
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      unformatted =
          files.filter(file -> file.toString().endsWith(".java")).filter(this::differs).toList();
    }
    assertThat(unformatted)
        .as("not formatted; mend with: mvn test -Dtest=FormatTest -Dformat=write")
        .isEmpty();
  }

  /** The compiler refuses what formats by the default locale, but does not look into references. */
  @Test
  void nothingFormatsByAReference() throws IOException {
    List<Path> formatting;
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      formatting =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> read(file).contains(":" + ":format"))
              .toList();
    }
    assertThat(formatting).as("write it as a call, with Locale.ROOT where it matters").isEmpty();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean differs(Path file) {
    try {
      String before = read(file);
      String ordered = ImportOrderer.reorderImports(before, Style.GOOGLE);
      String after = new Formatter().formatSource(RemoveUnusedImports.removeUnusedImports(ordered));
      if (WRITE && !after.equals(before)) {
        Files.writeString(file, after);
        return false;
      }
      return !after.equals(before);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (FormatterException e) {
      throw new IllegalStateException(file + " can't be parsed", e);
    }
  }
}
