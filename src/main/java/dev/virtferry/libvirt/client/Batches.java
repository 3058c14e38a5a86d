package dev.virtferry.libvirt.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.libvirt.LibvirtException;

/**
 * Many things that are read one by one, each by a call of its own: in as many queries as that
 * takes, none of which lasts long, however far the host is.
 *
 * @param nanos a clock that only goes on
 */
record Batches(LongSupplier nanos) {

  static final Batches BY_TIME = new Batches(System::nanoTime);

  /** Then another one goes on with the rest. */
  private static final Duration TIME_OF_A_QUERY = Duration.ofSeconds(1);

  @FunctionalInterface
  interface Reading<K, T> {
    T of(K each) throws LibvirtException;
  }

  /**
   * What is read of all of them.
   *
   * @param query makes one query, and takes from those that are left; empty where what they belong
   *     to is gone
   */
  static <K, T> List<T> all(List<K> those, Function<Deque<K>, Optional<List<T>>> query) {
    List<T> all = new ArrayList<>();
    Deque<K> left = new ArrayDeque<>(those);
    while (!left.isEmpty()) {
      query.apply(left).ifPresentOrElse(all::addAll, left::clear);
    }
    return all;
  }

  /** Takes from those that are left for as long as a query may last, and one at least. */
  <K, T> List<T> some(Deque<K> left, Reading<K, T> reading) throws LibvirtException {
    long begun = nanos.getAsLong();
    List<T> found = new ArrayList<>();
    while (!left.isEmpty() && nanos.getAsLong() - begun < TIME_OF_A_QUERY.toNanos()) {
      found.add(reading.of(left.remove()));
    }
    return found;
  }
}
