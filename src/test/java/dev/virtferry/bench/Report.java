package dev.virtferry.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What a benchmark found, apart from everything else that a build says. */
public final class Report {

  private static final Path FILE = Path.of("target", "bench.txt");

  private Report() {}

  /** Prints a line and keeps it where lab/bench looks for it. */
  public static void say(String line) {
    System.out.println(line);
    try {
      Files.writeString(FILE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
