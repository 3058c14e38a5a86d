package dev.virtferry;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Times what a port asks of hosts, by call, host and outcome: {@code ok}, {@code unreachable}, the
 * {@code virErrorNumber} of libvirt's refusal, or {@code failed}.
 */
final class MeasuredCalls implements InvocationHandler {

  private static final String OTHER = "other";

  /** libvirt 11 has 112 error numbers. */
  private static final int MOST_CODES = 200;

  private final Object port;
  private final Set<String> hosts;
  private final MeterRegistry meters;

  private MeasuredCalls(Object port, Set<String> hosts, MeterRegistry meters) {
    this.port = port;
    this.hosts = hosts;
    this.meters = meters;
  }

  /**
   * The same port, timed.
   *
   * @param hosts the names that may become labels; every other host is {@code other}
   */
  static <T> T of(Class<T> type, T port, Set<String> hosts, MeterRegistry meters) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, new MeasuredCalls(port, hosts, meters)));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return method.invoke(port, arguments);
    }
    Timer.Sample sample = Timer.start(meters);
    try {
      Object result = method.invoke(port, arguments);
      if (result instanceof CompletableFuture<?> pending) {
        return pending.whenComplete((_, failure) -> stop(sample, method, arguments, failure));
      }
      stop(sample, method, arguments, null);
      return result;
    } catch (InvocationTargetException e) {
      Throwable failure = e.getCause() == null ? e : e.getCause();
      stop(sample, method, arguments, failure);
      throw failure;
    }
  }

  private void stop(
      Timer.Sample sample,
      Method method,
      @Nullable Object @Nullable [] arguments,
      @Nullable Throwable failure) {
    sample.stop(
        Timer.builder("ferry.libvirt.calls")
            .description("What was asked of hosts")
            .tags("call", method.getName(), "host", host(arguments), "outcome", outcome(failure))
            .register(meters));
  }

  private String host(@Nullable Object @Nullable [] arguments) {
    return Stream.ofNullable(arguments)
        .flatMap(Stream::of)
        .filter(HostAddress.class::isInstance)
        .map(argument -> ((HostAddress) argument).name())
        .filter(hosts::contains)
        .findFirst()
        .orElse(OTHER);
  }

  private static String outcome(@Nullable Throwable failure) {
    return switch (failure) {
      case null -> "ok";
      case HostUnreachable _ -> "unreachable";
      case LibvirtFailure libvirt when libvirt.code() >= 0 && libvirt.code() < MOST_CODES ->
          Integer.toString(libvirt.code());
      case CompletionException e when e.getCause() != null -> outcome(e.getCause());
      default -> "failed";
    };
  }
}
