package dev.virtferry.migration.run;

import dev.virtferry.time.Moment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The rate of a count that only grows: the slope of the straight line that fits its last ten
 * seconds best. It is right at once when the rate is steady, forgets an old rate completely, and is
 * hardly moved by the big steps in which QEMU counts a disk on a slow link.
 */
final class SmoothedRate {

  private static final Duration WINDOW = Duration.ofSeconds(10);

  private record Sample(Moment at, long count) {}

  private final Deque<Sample> samples = new ArrayDeque<>();

  void add(Moment now, long count) {
    if (count == 0) {
      // The wait for the first byte is not a part of the rate.
      samples.clear();
    }
    samples.addLast(new Sample(now, count));
    while (now.since(samples.getFirst().at()).compareTo(WINDOW) > 0) {
      samples.removeFirst();
    }
  }

  /** In counts a second; 0 while there is no more than one sample. */
  double perSecond() {
    double meanTime = samples.stream().mapToDouble(this::seconds).average().orElse(0);
    double meanCount = samples.stream().mapToLong(this::grown).average().orElse(0);
    double covariance = 0;
    double variance = 0;
    for (Sample sample : samples) {
      double time = seconds(sample) - meanTime;
      covariance += time * (grown(sample) - meanCount);
      variance += time * time;
    }
    return variance == 0 ? 0 : covariance / variance;
  }

  private double seconds(Sample sample) {
    return sample.at().since(samples.getFirst().at()).toNanos() / 1e9;
  }

  private long grown(Sample sample) {
    return sample.count() - samples.getFirst().count();
  }
}
