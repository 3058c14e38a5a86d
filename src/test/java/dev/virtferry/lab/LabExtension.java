package dev.virtferry.lab;

import static java.util.Objects.requireNonNull;
import static org.awaitility.pollinterval.IterativePollInterval.iterative;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
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

  private static final Duration AT_FIRST = Duration.ofMillis(100);
  private static final Duration AT_LAST = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Namespace SHARED = Namespace.create(LabExtension.class);

  /** A guest may have another name by then than the one that the lab started it with. */
  private static final String FORGET_ALL =
      """
      for domain in $(virsh -q list --all --uuid); do
        virsh -q destroy $domain
        virsh -q undefine $domain --managed-save --snapshots-metadata --checkpoints-metadata --nvram
      done
      """;

  @Override
  public void beforeAll(ExtensionContext context) {
    requireLab();
    // What is asked of the lab starts processes, and those take the processors from the guests.
    Awaitility.setDefaultPollInterval(iterative(LabExtension::seldomer, AT_FIRST));
    Awaitility.setDefaultTimeout(PATIENCE);
    Awaitility.setDefaultConditionEvaluationListener(Spending.ofWaits());
    Spending.begin(context.getRequiredTestClass().getSimpleName());
    context.getStore(SHARED).put(Testbed.class, testbeds(context).lease());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Spending.end();
    Testbed lent = context.getStore(SHARED).remove(Testbed.class, Testbed.class);
    if (lent != null) {
      if (context.getStore(SHARED).remove(FORGET_ALL) != null) {
        forgetAll(lent.lab());
      }
      testbeds(context).giveBack(lent);
    }
  }

  private static Duration seldomer(Duration before) {
    Duration next = before.multipliedBy(3).dividedBy(2);
    return next.compareTo(AT_LAST) < 0 ? next : AT_LAST;
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

  private static Testbeds testbeds(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SHARED)
        .computeIfAbsent(Testbeds.class, _ -> new Testbeds(), Testbeds.class);
  }

  private static Testbed testbed(ExtensionContext context) {
    return requireNonNull(context.getStore(SHARED).get(Testbed.class, Testbed.class));
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (failure instanceof TestAbortedException) {
      throw failure;
    }
    Method test = context.getRequiredTestMethod();
    String name = context.getRequiredTestClass().getSimpleName() + "." + test.getName();
    Lab lab = testbed(context).lab();
    FailureStory.tell(testbed(context), name);
    testbed(context).service().startIfItEnded();
    ofTheClass(context).put(FORGET_ALL, name);
    if (test.getParameterCount() > 0 || !LostWrite.mayBeWhy(lab)) {
      throw failure;
    }
    System.out.printf("=== %s is done once more: its guest's kernel panicked by itself%n", name);
    again(context.getRequiredTestInstance(), test, lab);
  }

  private static Store ofTheClass(ExtensionContext context) {
    ExtensionContext around = context;
    while (around.getTestMethod().isPresent()) {
      around = around.getParent().orElseThrow();
    }
    return around.getStore(SHARED);
  }

  /** What a failure left on the hosts would fail whatever comes next. */
  private static void forgetAll(Lab lab) {
    for (String host : List.of("kvm-a", "kvm-b")) {
      lab.succeedsOn(host, "sh", "-c", FORGET_ALL);
    }
  }

  private static void again(Object instance, Method test, Lab lab) throws Throwable {
    call(instance, methods(instance, AfterEach.class, HierarchyTraversalMode.BOTTOM_UP));
    if (methods(instance, BeforeAll.class, HierarchyTraversalMode.TOP_DOWN).isEmpty()) {
      forgetAll(lab);
    }
    call(instance, methods(instance, BeforeEach.class, HierarchyTraversalMode.TOP_DOWN));
    call(instance, List.of(test));
  }

  private static List<Method> methods(
      Object instance, Class<? extends Annotation> around, HierarchyTraversalMode order) {
    return AnnotationSupport.findAnnotatedMethods(instance.getClass(), around, order);
  }

  private static void call(Object instance, List<Method> methods) throws Throwable {
    for (Method method : methods) {
      try {
        method.setAccessible(true);
        method.invoke(instance);
      } catch (InvocationTargetException e) {
        throw e.getCause() == null ? e : e.getCause();
      }
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Lab.class || type == Service.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Testbed testbed = testbed(context);
    return parameter.getParameter().getType() == Lab.class ? testbed.lab() : testbed.service();
  }
}
