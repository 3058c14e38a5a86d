package dev.virtferry.host;

import dev.virtferry.libvirt.AtOnce;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/** Asks all hosts of the inventory at the same time. */
@Component
public final class EveryHost {

  private final Inventory inventory;

  EveryHost(Inventory inventory) {
    this.inventory = inventory;
  }

  /**
   * One answer for each host, in the order of the inventory. Takes as long as the slowest. What the
   * question throws is thrown here.
   *
   * @param which of them are asked
   */
  public <T> List<T> ask(Predicate<Host> which, Function<Host, T> question) {
    return AtOnce.ask(inventory.all().stream().filter(which).toList(), question);
  }
}
