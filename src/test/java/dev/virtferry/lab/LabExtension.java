package dev.virtferry.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
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
 * Brings a lab and a service up once for all lab tests of this JVM, and down at its end. A test
 * that fails leaves its story.
 */
final class LabExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        ParameterResolver,
        TestExecutionExceptionHandler {

  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Namespace SHARED = Namespace.create(LabExtension.class);

  /** The lab and the service that all tests share. */
  private record Bench(Lab lab, Service service) implements AutoCloseable {

    @Override
    public void close() {
      try (lab) {
        service.close();
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    requireLab();
    // What is asked of the lab starts processes, and those take the processors from the guests.
    Awaitility.setDefaultPollInterval(BETWEEN_QUESTIONS);
    Awaitility.setDefaultTimeout(PATIENCE);
    Awaitility.setDefaultConditionEvaluationListener(Spending.ofWaits());
    context.getStore(SHARED).put(Began.class, Began.now());
    bench(context);
  }

  /** When a class began, and what the machine's processors had worked by then. */
  private record Began(Instant at, Duration processor) {

    private static Began now() {
      return new Began(Instant.now(), Spending.processorsOfTheMachine());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Began began = context.getStore(SHARED).get(Began.class, Began.class);
    if (began != null) {
      Spending.writeDown(
          context.getRequiredTestClass().getSimpleName(),
          Duration.between(began.at(), Instant.now()),
          Spending.processorsOfTheMachine().minus(began.processor()));
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

  private static Bench bench(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SHARED)
        .computeIfAbsent(Bench.class, _ -> start(), Bench.class);
  }

  private static Bench start() {
    Lab lab = Lab.up("verify");
    try {
      return new Bench(lab, Service.start(directory(), environment(lab)));
    } catch (RuntimeException e) {
      try (lab) {
        throw e;
      }
    }
  }

  /** kvm-b is left without a migrate-uri: a call to it without disks has no parameter at all. */
  private static Map<String, String> environment(Lab lab) {
    Map<String, String> environment = new HashMap<>(lab.environment());
    environment.remove("FERRY_HOSTS_1_MIGRATEURI");
    environment.put("FERRY_LIMITS_OUTGOINGPERHOST", "5");
    environment.put("FERRY_LIMITS_INCOMINGPERHOST", "5");
    environment.put("FERRY_NOTICE_MAXSTREAMSPERCALLER", "1000");
    environment.put("FERRY_RATE_READS", "10000");
    environment.put("FERRY_RATE_WRITES", "10000");
    return environment;
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("virt-ferry");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (!(failure instanceof TestAbortedException)) {
      FailureStory.tell(
          bench(context).lab(),
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
