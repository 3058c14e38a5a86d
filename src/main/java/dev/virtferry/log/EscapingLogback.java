package dev.virtferry.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.AppenderAttachable;
import dev.virtferry.time.Timepiece;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.LogFile;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.logging.LoggingSystemFactory;
import org.springframework.boot.logging.logback.LogbackLoggingSystem;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Logback as Spring Boot sets it up, or an operator's own file does, with an {@link
 * EscapingEncoder} at every way out: whatever the pattern is and whoever logs, a text of a client,
 * of a host or of an identity provider stays within its line. {@link Floods} are summed up before,
 * and a {@link ConsoleStream} that nobody reads holds up nobody.
 */
final class EscapingLogback extends LogbackLoggingSystem {

  /** How long a line waits for a console that does not take it. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final org.slf4j.Logger log = LoggerFactory.getLogger(EscapingLogback.class);

  private EscapingLogback(ClassLoader classLoader) {
    super(classLoader);
  }

  @Override
  protected void loadDefaults(LoggingInitializationContext context, @Nullable LogFile file) {
    super.loadDefaults(context, file);
    escape();
  }

  @Override
  protected void loadConfiguration(
      LoggingInitializationContext context, String location, @Nullable LogFile file) {
    super.loadConfiguration(context, location, file);
    escape();
  }

  private static void escape() {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    for (Logger logger : context.getLoggerList()) {
      escape(logger);
    }
    context.addTurboFilter(new Floods(context, Timepiece.of(Clock.systemUTC())));
  }

  private static void escape(AppenderAttachable<ILoggingEvent> place) {
    place.iteratorForAppenders().forEachRemaining(EscapingLogback::escape);
  }

  /** On a thread of its own, as this is told while a line is being written. */
  private static void lost(long lines) {
    Thread.ofVirtual()
        .name("console-lost")
        .start(() -> log.warn("{} lines were lost: nobody read the log", lines));
  }

  @SuppressWarnings("unchecked") // All that is attached to a logger takes its events.
  private static void escape(Appender<ILoggingEvent> appender) {
    switch (appender) {
      case OutputStreamAppender<ILoggingEvent> out -> escapeBytes(out);
      case AppenderAttachable<?> on -> escape((AppenderAttachable<ILoggingEvent>) on);
      default -> {
        // What writes no bytes writes no lines.
      }
    }
  }

  private static void escapeBytes(OutputStreamAppender<ILoggingEvent> out) {
    if (out instanceof ConsoleAppender<ILoggingEvent>
        && !(out.getOutputStream() instanceof ConsoleStream)) {
      out.setOutputStream(
          new ConsoleStream(out.getOutputStream(), PATIENCE, EscapingLogback::lost));
    }
    if (!(out.getEncoder() instanceof EscapingEncoder)) {
      var escaping = new EscapingEncoder(out.getEncoder());
      escaping.setContext(out.getContext());
      escaping.start();
      out.setEncoder(escaping);
    }
  }

  /** Comes before Spring Boot's own. */
  @Order(Ordered.HIGHEST_PRECEDENCE)
  static final class Factory implements LoggingSystemFactory {

    @Override
    public LoggingSystem getLoggingSystem(ClassLoader classLoader) {
      return new EscapingLogback(classLoader);
    }
  }
}
