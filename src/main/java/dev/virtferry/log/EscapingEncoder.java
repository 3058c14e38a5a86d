package dev.virtferry.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;

/**
 * Writes what another encoder writes, and no line more than that one means to. A layout for people
 * gets texts that are escaped already, since a stack trace has lines of its own. Any other encoder
 * writes an object of JSON for each event, within which an escape means what it stands for.
 */
final class EscapingEncoder extends EncoderBase<ILoggingEvent> {

  private final Encoder<ILoggingEvent> encoder;

  EscapingEncoder(Encoder<ILoggingEvent> encoder) {
    this.encoder = encoder;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return encoder instanceof LayoutWrappingEncoder<ILoggingEvent>
        ? encoder.encode(new EscapedEvent(event))
        : oneLine(new String(encoder.encode(event), UTF_8)).getBytes(UTF_8);
  }

  private static String oneLine(String json) {
    String line = json.stripTrailing();
    return Escaped.of(line) + json.substring(line.length());
  }

  @Override
  public byte[] headerBytes() {
    return encoder.headerBytes();
  }

  @Override
  public byte[] footerBytes() {
    return encoder.footerBytes();
  }

  @Override
  public void stop() {
    encoder.stop();
    super.stop();
  }
}
