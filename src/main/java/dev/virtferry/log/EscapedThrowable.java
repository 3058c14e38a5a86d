package dev.virtferry.log;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A failure, and all that belong to it, whose messages are {@link Escaped}. */
record EscapedThrowable(IThrowableProxy failure) implements IThrowableProxy {

  static @Nullable IThrowableProxy orNull(@Nullable IThrowableProxy failure) {
    return failure == null ? null : new EscapedThrowable(failure);
  }

  @Override
  public @Nullable String getMessage() {
    return Escaped.orNull(failure.getMessage());
  }

  @Override
  public @Nullable String getOverridingMessage() {
    return Escaped.orNull(failure.getOverridingMessage());
  }

  @Override
  public @Nullable IThrowableProxy getCause() {
    return orNull(failure.getCause());
  }

  @Override
  public IThrowableProxy @Nullable [] getSuppressed() {
    IThrowableProxy[] suppressed = failure.getSuppressed();
    return suppressed == null
        ? null
        : Arrays.stream(suppressed).map(EscapedThrowable::new).toArray(IThrowableProxy[]::new);
  }

  @Override
  public String getClassName() {
    return failure.getClassName();
  }

  @Override
  public StackTraceElementProxy[] getStackTraceElementProxyArray() {
    return failure.getStackTraceElementProxyArray();
  }

  @Override
  public int getCommonFrames() {
    return failure.getCommonFrames();
  }

  @Override
  public boolean isCyclic() {
    return failure.isCyclic();
  }
}
