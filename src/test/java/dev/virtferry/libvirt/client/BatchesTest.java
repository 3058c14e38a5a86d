package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.libvirt.LibvirtException;

/** A host on the other side of the world that is asked about each of many disks. */
class BatchesTest {

  /** The longest that one query of a guest may take. */
  private static final Duration LIMIT = LibvirtConnections.GUEST_LIMIT;

  private long now;

  @ParameterizedTest
  @CsvSource({"30, 1", "30, 100", "40, 100", "60, 100", "60, 300", "3, 1500", "1, 2900"})
  void readsEachOfManyInQueriesThatEndInTime(int disks, int millis) throws LibvirtException {
    Deque<Integer> left = new ArrayDeque<>(IntStream.range(0, disks).boxed().toList());
    List<Integer> read = new ArrayList<>();
    while (!left.isEmpty()) {
      long begun = now;
      read.addAll(new Batches(() -> now).some(left, disk -> answered(disk, millis)));
      assertThat(Duration.ofNanos(now - begun)).isLessThan(LIMIT);
    }
    assertThat(read).containsExactlyElementsOf(IntStream.range(0, disks).boxed().toList());
  }

  private int answered(int disk, int millis) {
    now += Duration.ofMillis(millis).toNanos();
    return disk;
  }
}
