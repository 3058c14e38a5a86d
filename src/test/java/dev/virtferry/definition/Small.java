package dev.virtferry.definition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Small definitions, each with disks of another kind, that libvirt 9.0 takes. */
public final class Small {

  private static final Path FOLDER =
      Path.of("src", "test", "resources", "dev", "virtferry", "definition");

  private Small() {}

  /** Their files, by name. */
  public static List<Path> files() {
    return files(FOLDER);
  }

  /** The definitions in a folder, by name. */
  public static List<Path> files(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".xml")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
