package dev.virtferry.lab;

import dev.virtferry.DefaultLocale;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/**
 * The built jar, unpacked and with a cache of what a start loads, as in the image: services that
 * are killed and started all the time come back in half of it.
 */
final class TrainedJar {

  private static final Path DIRECTORY = Path.of("target", "lab-jar").toAbsolutePath();
  private static final long PATIENCE_SECONDS = 900;
  private static final List<String> COMMAND = train();

  private TrainedJar() {}

  /** What starts it, in any directory. */
  static List<String> command() {
    return COMMAND;
  }

  private static List<String> train() {
    Path cache = DIRECTORY.resolve("virt-ferry.aot");
    Path jar = DIRECTORY.resolve("virt-ferry.jar");
    try {
      FileSystemUtils.deleteRecursively(DIRECTORY);
      Files.createDirectories(DIRECTORY);
      Path built = Path.of("target", "virt-ferry.jar").toAbsolutePath();
      run("-Djarmode=tools", "-jar", built, "extract", "--force", "--destination", DIRECTORY);
      run("-XX:AOTCacheOutput=" + cache, "-Dspring.context.exit=onRefresh", "-jar", jar);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    List<String> command = new ArrayList<>(List.of(java(), "-XX:AOTCache=" + cache));
    command.addAll(DefaultLocale.settings());
    if (!Boolean.getBoolean("lab.optimized")) {
      // The services of tests live for seconds: what the second compiler does to them never pays.
      command.add("-XX:TieredStopAtLevel=1");
    }
    command.addAll(List.of("-jar", jar.toString()));
    return List.copyOf(command);
  }

  private static void run(Object... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of(java()));
    line.addAll(DefaultLocale.settings());
    List.of(words).forEach(word -> line.add(word.toString()));
    Path output = DIRECTORY.resolve("training.log");
    var builder = new ProcessBuilder(line).directory(DIRECTORY.toFile()).redirectErrorStream(true);
    builder.environment().put("SERVER_PORT", "0");
    builder.environment().put("MANAGEMENT_SERVER_PORT", "0");
    Process process =
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile())).start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IllegalStateException(line + " failed: " + Files.readString(output));
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
