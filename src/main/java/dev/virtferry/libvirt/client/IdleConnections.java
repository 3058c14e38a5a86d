package dev.virtferry.libvirt.client;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one host that nobody uses now, the last one used first.
 *
 * @param <C> a connection
 */
final class IdleConnections<C> implements AutoCloseable {

  private final int atMost;
  private final Predicate<C> alive;
  private final Consumer<C> end;
  private final Deque<C> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  /**
   * None yet.
   *
   * @param atMost so many are kept
   * @param alive whether one is believed to be good
   * @param end closes one
   */
  IdleConnections(int atMost, Predicate<C> alive, Consumer<C> end) {
    this.atMost = atMost;
    this.alive = alive;
    this.end = end;
  }

  /** One that is alive, for the caller alone; null when there is none. */
  @Nullable C take() {
    while (true) {
      C found = idle.pollFirst();
      if (found == null || alive.test(found)) {
        return found;
      }
      end.accept(found);
    }
  }

  /** Keeps it, or closes it where it is dead or one too many. */
  void giveBack(C connection) {
    if (alive.test(connection) && !closed && idle.size() < atMost) {
      idle.addFirst(connection);
    } else {
      end.accept(connection);
    }
  }

  /** Closes those that are kept now. */
  void closeAll() {
    for (C last = idle.pollFirst(); last != null; last = idle.pollFirst()) {
      end.accept(last);
    }
  }

  /** Keeps none any more. */
  @Override
  public void close() {
    closed = true;
    closeAll();
  }
}
