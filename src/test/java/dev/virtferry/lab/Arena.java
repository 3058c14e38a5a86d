package dev.virtferry.lab;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Two hosts, a guest with one disk in a small pool, a service with a PostgreSQL or with H2 on a
 * small disk, and a receiver of what it tells, all to be broken.
 */
final class Arena implements AutoCloseable {

  static final String GUEST = "web";
  static final String POOL = "/srv/small";
  static final String IMAGE = POOL + "/web-vda.raw";

  /** Somebody else's, in the same pool. */
  static final String FOREIGN = POOL + "/foreign.raw";

  /** On the host's disk, so that it is there again after a loss of power. */
  private static final String MAKE_POOL =
      """
      truncate -s 64M %1$s.img
      mkfs.ext4 -q -O ^has_journal -m 0 %1$s.img
      mkdir -p %1$s
      echo '%1$s.img %1$s ext4 loop 0 0' >/srv/fstab
      mount --all --fstab /srv/fstab
      rmdir %1$s/lost+found
      """
          .formatted(POOL);

  static final String FILLER = POOL + "/filler";

  static final List<String> HOSTS = List.of("kvm-a", "kvm-b");

  private final Lab lab;
  private final Path directory;
  private final int port = freePort();
  private final StickyReceiver receiver = new StickyReceiver();
  private Service service;
  private boolean onItsOwnDisk;
  private EmbeddedPostgres database;
  private String content = "";

  Arena(int number) {
    try {
      directory = Files.createTempDirectory("virt-ferry-chaos");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    lab = Lab.up("chaos-" + number);
    database = postgres();
    service = Service.start(directory, environment());
    HOSTS.forEach(this::makePool);
  }

  private Map<String, String> environment() {
    Map<String, String> environment = embedded();
    environment.put("SPRING_DATASOURCE_URL", database.getJdbcUrl("postgres", "postgres"));
    return environment;
  }

  private Map<String, String> embedded() {
    Map<String, String> environment = new HashMap<>(lab.environment());
    environment.putAll(receiver.environment());
    return environment;
  }

  /** Lets the service keep its data where the fault can break it. */
  void keepDataFor(Fault fault) {
    boolean own = fault == Fault.SERVICE_DISK_FULL;
    if (own == onItsOwnDisk) {
      return;
    }
    service.close();
    if (own) {
      mountDisk();
    }
    service = own ? Service.start(disk(), embedded()) : Service.start(directory, environment());
    onItsOwnDisk = own;
  }

  private Path disk() {
    return directory.resolve("disk");
  }

  private Path data() {
    return disk().resolve("data");
  }

  private void mountDisk() {
    try {
      Files.createDirectories(data());
      if (!Files.getFileStore(data()).type().equals("tmpfs")) {
        onThisMachine("mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs", data());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void onThisMachine(Object... words) {
    List<String> command = Stream.of(words).map(Object::toString).toList();
    try {
      int status = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (status != 0) {
        throw new IllegalStateException(command + " ended with " + status);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  void fillDisk() {
    try (OutputStream file = Files.newOutputStream(data().resolve("filler"))) {
      var block = new byte[4096];
      while (Files.getFileStore(data()).getUsableSpace() > 0) {
        file.write(block);
      }
    } catch (IOException e) {
      System.out.printf("  (the last block found no room: %s)%n", e.getMessage());
    }
  }

  void freeDisk() {
    try {
      Files.deleteIfExists(data().resolve("filler"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  StickyReceiver receiver() {
    return receiver;
  }

  private EmbeddedPostgres postgres() {
    try {
      return EmbeddedPostgres.builder()
          .setPort(port)
          .setDataDirectory(directory.resolve("postgres"))
          .setCleanDataDirectory(false)
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void makePool(String host) {
    lab.on(host, "sh", "-euc", MAKE_POOL);
    lab.on(host, "virsh", "pool-define-as", "small", "dir", "--target", POOL);
    lab.on(host, "virsh", "pool-start", "small");
    lab.on(host, "virsh", "pool-autostart", "small");
    lab.on(host, "sh", "-c", "echo somebody else >" + FOREIGN);
  }

  Lab lab() {
    return lab;
  }

  Service service() {
    return service;
  }

  void stopDatabase() {
    try {
      database.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void startDatabase() {
    database = postgres();
  }

  static String other(String host) {
    return host.equals(HOSTS.getFirst()) ? HOSTS.getLast() : HOSTS.getFirst();
  }

  /** What the host says of the guest, such as {@code running (migrated)}, or {@code absent}. */
  String condition(String host) {
    return lab.condition(host, GUEST);
  }

  boolean runsOn(String host) {
    return runs(condition(host), condition(other(host)));
  }

  /**
   * Half a guest is called running too, and waits for ever for an other half that is not there.
   * Where that was lost with its host, libvirt does not even call it failed.
   */
  static boolean runs(String condition, String elsewhere) {
    return switch (condition) {
      case "running (post-copy failed)" -> false;
      case "running (post-copy)" -> elsewhere.contains("post-copy");
      default -> condition.startsWith("running");
    };
  }

  /** The host that runs the guest; empty when none does. */
  String runningOn() {
    return HOSTS.stream().filter(this::runsOn).findFirst().orElse("");
  }

  /** A new guest on kvm-a, after taking away what may be left of an earlier one. */
  void startGuest() {
    putRight();
    if (!lab.guest("list").isBlank()) {
      lab.guest("remove", GUEST);
    }
    lab.guest("start", GUEST, "--disk", "vda=24M,full,path=" + IMAGE, "--button", "poweroff");
    content = lab.guest("digest", GUEST, "vda", HOSTS.getFirst());
  }

  /** The content that the guest's disk has had from its start. */
  String content() {
    return content;
  }

  /** Hosts, links, daemons and pools as they were, whatever happened. */
  void putRight() {
    for (String host : HOSTS) {
      lab.power(host, "on");
      lab.link(host, "normal");
      lab.daemonGoesOn(host);
      lab.daemon(host, "start");
      lab.on(host, "rm", "-f", FILLER);
    }
  }

  boolean panicked(String host) {
    return lab.panicked(host, GUEST);
  }

  /**
   * Whether the guest's CPU is busy on that host and its console silent: its kernel hangs, without
   * a word. A guest that a migration holds back is not busy.
   */
  boolean spins(String host) {
    return lab.succeedsOn(
        host,
        "sh",
        "-c",
        """
        spent() { cut -d' ' -f14 "/proc/$(cat /run/libvirt/qemu/%1$s.pid)/stat"; }
        said() { tail -n 1 /var/log/libvirt/%1$s.console; }
        virsh domstate %1$s | grep -q running && before=$(spent) && last=$(said) && sleep 2 &&
        [ $(($(spent) - before)) -ge 20 ] && [ "$last" = "$(said)" ]
        """
            .formatted(GUEST));
  }

  /** What the guest said last on that host, and what QEMU did. */
  String evidence(String host) {
    return lab.on(
        host,
        "sh",
        "-c",
        """
        echo "--- $(hostname)"; virsh domstate --reason %1$s
        tail -n 12 /var/log/libvirt/%1$s.console; tail -n 4 /var/log/libvirt/qemu/%1$s.log
        timeout 5 virsh qemu-monitor-command --hmp %1$s 'info registers' | head -20
        timeout 5 virsh qemu-monitor-command --hmp %1$s 'info status'
        timeout 5 virsh qemu-monitor-command --hmp %1$s 'info irq' | head
        exit 0
        """
            .formatted(GUEST));
  }

  /** Whether the host's daemon believes that the guest is being migrated. */
  boolean jobRuns(String host) {
    return lab.on(host, "sh", "-c", "virsh domjobinfo %s 2>&1 || :".formatted(GUEST))
        .contains("Unbounded");
  }

  /**
   * Removes from the guest's QEMU what a killed daemon left there of an earlier copy, and forgot;
   * false when there is nothing.
   */
  boolean removeLeftNodes(String host) {
    String remove =
        "virsh qemu-monitor-command %s '{\"execute\":\"blockdev-del\",\"arguments\":{\"node-name\":\"migration-vda-%s\"}}' | grep return";
    boolean format = lab.succeedsOn(host, "sh", "-c", remove.formatted(GUEST, "format"));
    return lab.succeedsOn(host, "sh", "-c", remove.formatted(GUEST, "storage")) || format;
  }

  /** The files in the pool beside the one that is somebody else's. */
  List<String> images(String host) {
    return lab.on(host, "ls", POOL).lines().filter(f -> !FOREIGN.endsWith("/" + f)).toList();
  }

  boolean foreignIsWhole(String host) {
    return lab.on(host, "cat", FOREIGN).equals("somebody else");
  }

  /** How often the host's daemon was told to migrate a guest. */
  int calls(String host) {
    return Integer.parseInt(
        lab.on(
            host,
            "sh",
            "-c",
            "grep -c virDomainMigratePerform3Params:.*uuid= /var/log/libvirt/libvirtd.log || :"));
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try (lab;
        receiver) {
      service.close();
      stopDatabase();
      if (Files.exists(data())) {
        onThisMachine("umount", "--lazy", data());
      }
    }
  }
}
