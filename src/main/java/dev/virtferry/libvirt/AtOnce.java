package dev.virtferry.libvirt;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Asks several hosts at the same time, on behalf of whoever this thread asks for. */
public final class AtOnce {

  private AtOnce() {}

  /**
   * One answer for each host, in their order. Takes as long as the slowest. What a question throws
   * is thrown here.
   */
  public static <H, T> List<T> ask(List<H> hosts, Function<H, T> question) {
    Asker asker = Asker.present();
    // These threads only wait for the hypervisor's own, which make the native calls.
    try (ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> answers =
          hosts.stream()
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
