package dev.virtferry.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * A JVM for fuzz tests. With {@code JAZZER_FUZZ} it is for one: Jazzer fuzzes no second one in it.
 * Without, all of them try their inputs.
 */
final class FuzzRun {

  private FuzzRun() {}

  public static void main(String[] words) {
    var listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(classes(words)).build(), listener);
    TestExecutionSummary summary = listener.getSummary();
    System.out.printf("%d inputs taken%n", summary.getTestsSucceededCount());
    summary.printFailuresTo(new PrintWriter(System.out, true, UTF_8));
    boolean passed = summary.getTestsSucceededCount() > 0 && summary.getTotalFailureCount() == 0;
    System.exit(passed ? 0 : 1);
  }

  private static List<ClassSelector> classes(String[] names) {
    return Stream.of(names).map(DiscoverySelectors::selectClass).toList();
  }
}
