package dev.virtferry.lab;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The settings of a service that reaches hosts of the lab in ways of its own. */
final class HostRows {

  private final Map<String, String> environment = new HashMap<>();
  private int rows;

  HostRows() {
    environment.put("FERRY_TRANSPORTS", "tls");
  }

  /** A way to a host; the memory stream goes to that address. */
  HostRows add(String name, String uri, String peerUri, String address) {
    String row = String.format(Locale.ROOT, "FERRY_HOSTS_%d_", rows++);
    environment.put(row + "NAME", name);
    environment.put(row + "URI", uri);
    environment.put(row + "PEERURI", peerUri);
    environment.put(row + "MIGRATEURI", "tcp://" + address);
    return this;
  }

  HostRows set(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Map<String, String> environment() {
    return environment;
  }
}
