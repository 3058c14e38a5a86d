package dev.virtferry.log;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;

/** An event whose texts are {@link Escaped}, so that no pattern can write them otherwise. */
record EscapedEvent(ILoggingEvent event) implements ILoggingEvent {

  /**
   * Says over several lines why the service did not start. Nobody calls it by then: what stands in
   * it comes from its own settings.
   */
  private static final String START_FAILURES =
      "org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter";

  @Override
  public String getFormattedMessage() {
    String message = String.valueOf(event.getFormattedMessage());
    return event.getLoggerName().equals(START_FAILURES)
        ? message.lines().map(Escaped::of).collect(joining("\n"))
        : Escaped.of(message);
  }

  /** The formatted one, since the arguments are in it. */
  @Override
  public String getMessage() {
    return getFormattedMessage();
  }

  @Override
  public Object @Nullable [] getArgumentArray() {
    return null;
  }

  @Override
  public @Nullable IThrowableProxy getThrowableProxy() {
    return EscapedThrowable.orNull(event.getThrowableProxy());
  }

  @Override
  public String getThreadName() {
    return Escaped.of(event.getThreadName());
  }

  @Override
  public Map<String, String> getMDCPropertyMap() {
    return event.getMDCPropertyMap().entrySet().stream()
        .collect(
            toMap(
                e -> Escaped.of(e.getKey()),
                e -> Escaped.of(String.valueOf(e.getValue())),
                (a, _) -> a));
  }

  @Override
  @SuppressWarnings("deprecation") // Its name of old, which patterns may still read by.
  public Map<String, String> getMdc() {
    return getMDCPropertyMap();
  }

  @Override
  public @Nullable List<KeyValuePair> getKeyValuePairs() {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    return pairs == null ? null : pairs.stream().map(EscapedEvent::escaped).toList();
  }

  private static KeyValuePair escaped(KeyValuePair pair) {
    return new KeyValuePair(Escaped.of(pair.key), Escaped.of(String.valueOf(pair.value)));
  }

  @Override
  public Level getLevel() {
    return event.getLevel();
  }

  @Override
  public String getLoggerName() {
    return event.getLoggerName();
  }

  @Override
  public LoggerContextVO getLoggerContextVO() {
    return event.getLoggerContextVO();
  }

  @Override
  public StackTraceElement[] getCallerData() {
    return event.getCallerData();
  }

  @Override
  public boolean hasCallerData() {
    return event.hasCallerData();
  }

  @Override
  public @Nullable List<Marker> getMarkerList() {
    return event.getMarkerList();
  }

  @Override
  public long getTimeStamp() {
    return event.getTimeStamp();
  }

  @Override
  public int getNanoseconds() {
    return event.getNanoseconds();
  }

  @Override
  public Instant getInstant() {
    return event.getInstant();
  }

  @Override
  public long getSequenceNumber() {
    return event.getSequenceNumber();
  }

  @Override
  public void prepareForDeferredProcessing() {
    event.prepareForDeferredProcessing();
  }
}
