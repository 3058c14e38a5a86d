package dev.virtferry.migration.store;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.stereotype.Component;

/** This instance of the service, as histories and logs name it. */
@Component
final class Replica {

  private final String name = hostName() + "-" + ProcessHandle.current().pid();

  String name() {
    return name;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unnamed-host";
    }
  }
}
