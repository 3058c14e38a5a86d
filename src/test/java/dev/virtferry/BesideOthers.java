package dev.virtferry;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;

/**
 * Whose service and hosts nobody shares, and who reads no log: its tests run while those of another
 * class do, and one after another, since they share the service and the hosts.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = BesideOthers.LOG, mode = ResourceAccessMode.READ)
@ResourceLock(providers = BesideOthers.OneByOne.class)
public @interface BesideOthers {

  /** Held alone by who takes each line of the log for its own. */
  String LOG = "log";

  /** What is said of a class holds for its tests as well, so each takes the class for itself. */
  final class OneByOne implements ResourceLocksProvider {

    @Override
    public Set<Lock> provideForMethod(
        List<Class<?>> enclosing, Class<?> testClass, Method testMethod) {
      return Set.of(new Lock(testClass.getName()));
    }
  }
}
