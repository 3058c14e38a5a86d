package dev.virtferry.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** A lab, and a service that knows its hosts. A test class has one to itself while it runs. */
record Testbed(Lab lab, Service service) implements AutoCloseable {

  static Testbed start(String name) {
    Lab lab = Lab.up(name);
    try {
      return new Testbed(lab, Service.start(directory(), environment(lab)));
    } catch (RuntimeException | Error e) {
      try (lab) {
        throw e;
      }
    }
  }

  /** kvm-b is left without a migrate-uri: a call to it without disks has no parameter at all. */
  private static Map<String, String> environment(Lab lab) {
    Map<String, String> environment = new HashMap<>(lab.environment());
    environment.remove("FERRY_HOSTS_1_MIGRATEURI");
    environment.put("FERRY_LIMITS_OUTGOINGPERHOST", "5");
    environment.put("FERRY_LIMITS_INCOMINGPERHOST", "5");
    environment.put("FERRY_NOTICE_MAXSTREAMSPERCALLER", "1000");
    environment.put("FERRY_RATE_READS", "10000");
    environment.put("FERRY_RATE_WRITES", "10000");
    return environment;
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("virt-ferry");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (lab) {
      service.close();
    }
  }
}
