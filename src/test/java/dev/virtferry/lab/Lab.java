package dev.virtferry.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Two real libvirt hosts on this machine, through the commands of the folder {@code lab}. */
final class Lab implements AutoCloseable {

  private static final long COMMAND_SECONDS = 300;

  private final String name;

  /** What {@code lab/env} said to these words: a lab that is up keeps its addresses. */
  private final Map<List<String>, Map<String, String>> settings = new ConcurrentHashMap<>();

  private Lab(String name) {
    this.name = name;
  }

  /** Why no lab can be had here; empty when one can. */
  static String hindrance() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return "the lab needs Linux";
    }
    return System.getProperty("user.name").equals("root") ? "" : "the lab needs root";
  }

  /** Brings the hosts up, after taking down what a killed run may have left. */
  static Lab up(String name) {
    var lab = new Lab(name);
    lab.run("down");
    lab.run("up", "2");
    return lab;
  }

  /**
   * A browser on this machine, which is installed where there is none.
   *
   * @throws LabFailed with the reason why none can be had
   */
  static Path browser() {
    return tool("browser");
  }

  /** A Go compiler; as {@link #browser()}. */
  static Path go() {
    return tool("go");
  }

  /** The folder with libvirt's own test definitions, which is fetched where there is none. */
  static Path definitions() {
    return tool("definitions", "--path");
  }

  /** Where that program is on this machine; skips the test where it is not. */
  static String installed(String program) {
    Path path = Path.of("/usr/bin", program);
    boolean there = Files.isExecutable(path);
    if ("required".equals(System.getProperty("lab"))) {
      assertThat(there).as("-Dlab=required, but there is no " + path).isTrue();
    }
    assumeTrue(there, "Skipped: there is no " + path);
    return path.toString();
  }

  /** The last line is the path; before it comes what was installed. */
  private static Path tool(String command, String... words) {
    return Path.of(new Lab("tools").run(command, words).lines().toList().getLast());
  }

  /** The environment of a service that is to use these hosts. */
  Map<String, String> environment() {
    return settings();
  }

  /** The same with TLS to the hosts and between them. */
  Map<String, String> environmentOverTls() {
    return settings("--tls");
  }

  private Map<String, String> settings(String... words) {
    return settings.computeIfAbsent(List.of(words), _ -> read(run("env", words)));
  }

  private static Map<String, String> read(String lines) {
    Map<String, String> environment = new LinkedHashMap<>();
    lines.lines().map(line -> line.split("=", 2)).forEach(e -> environment.put(e[0], e[1]));
    return Collections.unmodifiableMap(environment);
  }

  String peer(String host) {
    Map<String, String> environment = environment();
    for (int i = 0;
        environment.containsKey(String.format(Locale.ROOT, "FERRY_HOSTS_%d_NAME", i));
        i++) {
      if (host.equals(environment.get(String.format(Locale.ROOT, "FERRY_HOSTS_%d_NAME", i)))) {
        return environment.getOrDefault(String.format(Locale.ROOT, "FERRY_HOSTS_%d_URI", i), "");
      }
    }
    throw new IllegalArgumentException("The lab has no host " + host);
  }

  /** The host's address in the lab. */
  String address(String host) {
    return URI.create(peer(host)).getHost();
  }

  /** {@code lab/guest}. */
  String guest(String... words) {
    return run("guest", words);
  }

  /** All of them, their definitions and their images, wherever they are. */
  void removeGuests() {
    guest("remove", "--all");
  }

  long tick(String guest, String host) {
    return Long.parseLong(guest("tick", guest, host));
  }

  /** {@code lab/link}. */
  void link(String... words) {
    run("link", words);
  }

  /** {@code lab/daemon}. */
  void daemon(String host, String verb) {
    run("daemon", host, verb);
  }

  /** Starts the host's libvirtd anew with these lines in its configuration, or none of them. */
  void configureDaemon(String host, String... lines) {
    List<String> words = new ArrayList<>(List.of(host, "set"));
    words.addAll(List.of(lines));
    run("daemon", words.toArray(String[]::new));
  }

  /** {@code lab/power}. */
  void power(String host, String verb) {
    run("power", host, verb);
  }

  /** {@code lab/cert}. */
  void cert(String... words) {
    run("cert", words);
  }

  /** {@code lab/sasl}; the password is the content of the file. */
  void sasl(String host, String user, Path password) {
    run("sasl", password.toFile(), host, user);
  }

  /** {@code lab/capture}. */
  String capture(String... words) {
    return run("capture", words);
  }

  /**
   * What the host says of the guest, such as {@code running (migrated)}, or {@code absent}. A
   * libvirtd that crashed is started before it is asked.
   */
  String condition(String host, String guest) {
    startCrashedDaemon(host);
    return on(
        host,
        "sh",
        "-c",
        """
        said=$(virsh -q domstate --reason %s 2>&1) && echo "$said" && exit
        case $said in *'failed to get domain'* | *'Domain not found'*) echo absent ;; *) echo "$said" >&2; exit 1 ;; esac
        """
            .formatted(guest));
  }

  /**
   * Whether the guest's own kernel went down on that host. Without KVM, QEMU now and then loses a
   * write to a page that it has sent already, whoever drives the migration.
   */
  boolean panicked(String host, String guest) {
    return succeedsOn(
        host,
        "grep",
        "-aqE",
        "Kernel panic|BUG:|general protection|Oops:|RIP: ",
        "/var/log/libvirt/%s.console".formatted(guest));
  }

  /** What systemd does in the field: libvirt 9.0 may crash when a guest dies in its migration. */
  void startCrashedDaemon(String host) {
    if (!succeedsOn(host, "pidof", "-q", "libvirtd")) {
      System.out.printf("  (the libvirtd of %s crashed, and is started again)%n", host);
      daemon(host, "start");
    }
  }

  /** Lets a held libvirtd go on; nothing happens when it is not held, or not there. */
  void daemonGoesOn(String host) {
    succeedsOn(host, "sh", "-c", "kill -CONT $(cat /run/libvirtd.pid)");
  }

  /** Lets a guest's QEMU hang: it answers nothing until {@link #guestGoesOn}. */
  void hangGuest(String host, String guest) {
    on(host, "sh", "-c", "kill -STOP $(cat /run/libvirt/qemu/%s.pid)".formatted(guest));
  }

  /** Nothing happens when it does not hang, or is not there. */
  void guestGoesOn(String host, String guest) {
    succeedsOn(host, "sh", "-c", "kill -CONT $(cat /run/libvirt/qemu/%s.pid)".formatted(guest));
  }

  /** Mounts a file system that answers nothing, until {@link #folderDies}; needs no FUSE daemon. */
  void hangFolder(String host, String folder) {
    on(
        host,
        "sh",
        "-euc",
        """
        [ -e /dev/fuse ] || mknod /dev/fuse c 10 229
        exec 3<>/dev/fuse
        mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 hung %s
        setsid sleep infinity >/dev/null 2>&1 </dev/null &
        echo $! >/run/hung.pid
        """
            .formatted(folder));
  }

  /** It is not connected any more: whoever asks is told so, and so is who waits. */
  void folderDies(String host) {
    succeedsOn(host, "sh", "-c", "kill $(cat /run/hung.pid); rm -f /run/hung.pid");
  }

  /**
   * A command of the shell that makes an encrypted image, tried again where it fails: how often it
   * is to hash QEMU measures, and can't on a busy host.
   */
  static String encrypting(String command) {
    return "made=; for i in 1 2 3 4 5 6 7 8 9; do %s && made=yes && break; done; test -n \"$made\""
        .formatted(command);
  }

  /** Runs a command inside a host. */
  String on(String host, String... words) {
    List<String> all = new ArrayList<>(List.of(host));
    all.addAll(List.of(words));
    return run("exec", all.toArray(String[]::new));
  }

  boolean succeedsOn(String host, String... words) {
    try {
      on(host, words);
      return true;
    } catch (LabFailed e) {
      return false;
    }
  }

  @Override
  public void close() {
    run("down");
  }

  private String run(String command, String... words) {
    return run(command, new File("/dev/null"), words);
  }

  private String run(String command, File input, String... words) {
    List<String> line = new ArrayList<>(List.of(Path.of("lab", command).toString()));
    line.addAll(List.of(words));
    try {
      Path output = Files.createTempFile("lab-" + command, ".out");
      Instant began = Instant.now();
      try {
        return run(line, input, output);
      } finally {
        Spending.add(kind(command, words), Duration.between(began, Instant.now()));
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + line, e);
    }
  }

  private static Spending.Kind kind(String command, String... words) {
    return switch (command) {
      case "up", "down" -> Spending.Kind.LABS;
      case "guest" -> words[0].equals("start") ? Spending.Kind.GUESTS : Spending.Kind.COMMANDS;
      default -> Spending.Kind.COMMANDS;
    };
  }

  /** The output goes to a file: what a command leaves running would hold a pipe open. */
  private String run(List<String> line, File input, Path output)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().put("LAB_NAME", name);
    builder.environment().put("LAB_GUESTS", "restored");
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(input));
    Process process = builder.start();
    if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new LabFailed(line + " took more than " + COMMAND_SECONDS + " s");
    }
    String words = Files.readString(output, UTF_8).strip();
    if (process.exitValue() != 0) {
      throw new LabFailed(
          String.format(Locale.ROOT, "%s ended with %d: %s", line, process.exitValue(), words));
    }
    return words;
  }

  /** A command of the lab failed. */
  static final class LabFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LabFailed(String message) {
      super(message);
    }
  }
}
