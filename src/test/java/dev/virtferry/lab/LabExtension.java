package dev.virtferry.lab;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Lends each class of lab tests a lab and a service. A test that fails leaves its story, and a
 * class tells what it spent its time on.
 */
final class LabExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        ParameterResolver,
        TestExecutionExceptionHandler {

  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Namespace SHARED = Namespace.create(LabExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    requireLab();
    // What is asked of the lab starts processes, and those take the processors from the guests.
    Awaitility.setDefaultPollInterval(BETWEEN_QUESTIONS);
    Awaitility.setDefaultTimeout(PATIENCE);
    Awaitility.setDefaultConditionEvaluationListener(Spending.ofWaits());
    Spending.begin(context.getRequiredTestClass().getSimpleName());
    context.getStore(SHARED).put(Bench.class, benches(context).lease());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Spending.end();
    Bench lent = context.getStore(SHARED).remove(Bench.class, Bench.class);
    if (lent != null) {
      benches(context).giveBack(lent);
    }
  }

  /** Skips the test where no lab can be had, or fails it where one is required. */
  static void requireLab() {
    String hindrance = Lab.hindrance();
    if (hindrance.isEmpty()) {
      return;
    }
    if ("required".equals(System.getProperty("lab"))) {
      throw new IllegalStateException("-Dlab=required, but " + hindrance);
    }
    assumeTrue(false, "Skipped: " + hindrance);
  }

  private static Benches benches(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SHARED)
        .computeIfAbsent(Benches.class, _ -> new Benches(), Benches.class);
  }

  private static Bench bench(ExtensionContext context) {
    return requireNonNull(context.getStore(SHARED).get(Bench.class, Bench.class));
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (!(failure instanceof TestAbortedException)) {
      FailureStory.tell(
          bench(context),
          "%s.%s"
              .formatted(
                  context.getRequiredTestClass().getSimpleName(),
                  context.getRequiredTestMethod().getName()));
    }
    throw failure;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Lab.class || type == Service.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Bench bench = bench(context);
    return parameter.getParameter().getType() == Lab.class ? bench.lab() : bench.service();
  }
}
