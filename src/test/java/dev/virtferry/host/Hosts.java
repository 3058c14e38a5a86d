package dev.virtferry.host;

import dev.virtferry.host.HostProperties.Row;
import java.util.List;
import java.util.stream.Stream;

/** Inventories for tests. */
public final class Hosts {

  private Hosts() {}

  /** Hosts of these names, each at {@code qemu+tls://NAME/system}. */
  public static Inventory inventory(String... names) {
    List<Row> rows =
        Stream.of(names)
            .map(name -> new Row(name, "qemu+tls://" + name + "/system", null, null, null))
            .toList();
    return new Inventory(new HostProperties(rows, List.of("tls")));
  }

  public static EveryHost every(Inventory inventory) {
    return new EveryHost(inventory);
  }
}
