package dev.virtferry.http;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.std.StdScalarDeserializer;

/**
 * A number of a merge patch. It may be absent; null would mean to take a limit away, which can't be
 * done to a running job.
 */
public final class GivenLong extends StdScalarDeserializer<Long> {

  GivenLong() {
    super(Long.class);
  }

  @Override
  public Long deserialize(JsonParser parser, DeserializationContext context) {
    return context.readValue(parser, Long.class);
  }

  @Override
  public @Nullable Object getAbsentValue(DeserializationContext context) {
    return null;
  }

  @Override
  public Long getNullValue(DeserializationContext context) {
    return context.reportInputMismatch(this, "It is null");
  }
}
