package dev.virtferry.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** What two sides took that had turns, pair by pair. */
public final class Pairs {

  private final List<Double> baseline = new ArrayList<>();
  private final List<Double> measured = new ArrayList<>();

  public void add(double baselineMillis, double measuredMillis) {
    baseline.add(baselineMillis);
    measured.add(measuredMillis);
  }

  public int size() {
    return baseline.size();
  }

  public double baseline() {
    return median(baseline);
  }

  public double measured() {
    return median(measured);
  }

  /** The median of what each pair's second is to its first. */
  public double ratio() {
    return median(each((base, value) -> value / base));
  }

  /** The median of what each pair's second has more than its first. */
  public double added() {
    return median(each((base, value) -> value - base));
  }

  private List<Double> each(DoubleBinaryOperator operator) {
    List<Double> results = new ArrayList<>();
    for (int i = 0; i < baseline.size(); i++) {
      results.add(operator.applyAsDouble(baseline.get(i), measured.get(i)));
    }
    return results;
  }

  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
