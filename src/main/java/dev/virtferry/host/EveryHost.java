package dev.virtferry.host;

import dev.virtferry.libvirt.Asker;
import dev.virtferry.libvirt.HostUnreachable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    Asker asker = Asker.present();
    // These threads only wait for the hypervisor's own, which make the native calls.
    try (ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> answers =
          inventory.all().stream()
              .filter(which)
              .map(host -> waiting.submit(() -> asker.asks(() -> question.apply(host))))
              .toList();
      List<T> all = new ArrayList<>();
      for (Future<T> answer : answers) {
        all.add(answer.get());
      }
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostUnreachable("all", "interrupted while asking them");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }
}
