package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that the stock generator made of {@code openapi.yaml} in this build. They move a real
 * guest, through a proxy that lets nothing pass that the description does not say.
 */
@LabTest
class ClientsIT {

  private static final String TYPESCRIPT = "typescript@5.9.3";
  private static final Path CLIENTS = Path.of("target", "clients");
  private static final Path PROGRAMS = Path.of("src", "test", "clients");

  private final Lab lab;
  private final Service service;
  private final ContractProxy proxy;

  @TempDir Path compiled = Path.of("target");

  ClientsIT(Lab lab, Service service) throws IOException {
    this.lab = lab;
    this.service = service;
    this.proxy = ContractProxy.before(service);
  }

  @BeforeEach
  void aGuest() {
    lab.guest("start", "web", "--disk", "vda=32M");
  }

  @AfterEach
  void nothingIsLeft() {
    proxy.close();
    lab.guest("remove", "web");
  }

  private static Path jdk(String tool) {
    return Path.of(System.getProperty("java.home"), "bin", tool);
  }

  private static List<String> files(Path directory, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.map(Path::toString).filter(file -> file.endsWith(ending)).toList();
    }
  }

  private List<String> run(Object... words) throws IOException, InterruptedException {
    return run(Path.of("."), Map.of(), words);
  }

  private List<String> run(Path directory, Map<String, String> environment, Object... words)
      throws IOException, InterruptedException {
    List<String> line = Stream.of(words).map(Object::toString).toList();
    Path output = Files.createTempFile(compiled, "output", ".txt");
    var builder = new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("%s ends in time", words).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    return Files.readAllLines(output);
  }

  private Object[] move(Object... program) throws IOException {
    List<Object> words = new ArrayList<>(List.of(program));
    words.addAll(List.of(proxy.address(), service.token(), "web", lab.peer("kvm-b"), "vda"));
    return words.toArray();
  }

  private void assertMoved(List<String> said) {
    assertThat(said)
        .endsWith("urn:virt-ferry:problem:disk-not-found #/disks/0", "vda DONE", "SUCCEEDED");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
  }

  @Test
  void theJavaClientMovesAGuest() throws Exception {
    String libraries = System.getProperty("java.class.path");
    List<Object> javac =
        new ArrayList<>(
            List.of(jdk("javac"), "-nowarn", "-proc:none", "-cp", libraries, "-d", compiled));
    javac.addAll(files(CLIENTS.resolve("java/src/main/java"), ".java"));
    javac.add(PROGRAMS.resolve("java/Move.java"));
    run(javac.toArray());
    assertMoved(run(move(jdk("java"), "-cp", compiled + ":" + libraries, "Move")));
  }

  @LongForm(shortCase = "ClientsIT.theJavaClientMovesAGuest")
  @Test
  void theTypeScriptClientMovesAGuest() throws Exception {
    String npx = Lab.installed("npx");
    Path program = CLIENTS.resolve("typescript/move.ts");
    Files.writeString(program, Files.readString(PROGRAMS.resolve("typescript/move.ts")));
    run(
        npx,
        "--yes",
        "-p",
        TYPESCRIPT,
        "tsc",
        "--strict",
        "--target",
        "es2022",
        "--module",
        "commonjs",
        "--lib",
        "es2022,dom",
        "--outDir",
        compiled,
        program);
    assertMoved(run(move(Lab.installed("node"), compiled.resolve("move.js"))));
  }

  @LongForm(shortCase = "ClientsIT.theJavaClientMovesAGuest")
  @Test
  void theGoClientMovesAGuest() throws Exception {
    Path client = CLIENTS.resolve("go");
    Path program = Files.createDirectories(client.resolve("move")).resolve("main.go");
    Files.writeString(program, Files.readString(PROGRAMS.resolve("go/main.go")));
    Path move = compiled.resolve("move");
    Map<String, String> offline =
        Map.of("GOFLAGS", "-mod=mod", "GOPROXY", "off", "CGO_ENABLED", "0");
    run(client, offline, Lab.go(), "build", "-o", move.toAbsolutePath(), "./move");
    assertMoved(run(move(move)));
  }

  /** Its libraries come from elsewhere; where no Python has them it is only compiled. */
  @Test
  void thePythonClientMovesAGuestWhereItsLibrariesAre() throws Exception {
    String python = Lab.installed("python3");
    Path client = CLIENTS.resolve("python");
    run(python, "-m", "compileall", "-q", client.resolve("virt_ferry"));
    Optional<String> complete = pythonWithLibraries();
    if (complete.isEmpty()) {
      System.out.println("no Python has pydantic 2 and urllib3 2: the client was only compiled");
      return;
    }
    Map<String, String> path = Map.of("PYTHONPATH", client.toAbsolutePath().toString());
    assertMoved(run(Path.of("."), path, move(complete.get(), PROGRAMS.resolve("python/move.py"))));
  }

  private static Optional<String> pythonWithLibraries() throws Exception {
    String check =
        "import dateutil, pydantic, urllib3; assert pydantic.VERSION > '2.11' and urllib3.__version__ > '2'";
    for (String python : List.of("python3", "/usr/bin/python3")) {
      Process process =
          new ProcessBuilder(python, "-c", check)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() == 0) {
        return Optional.of(python);
      }
    }
    return Optional.empty();
  }
}
