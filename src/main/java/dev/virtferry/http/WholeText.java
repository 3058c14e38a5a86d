package dev.virtferry.http;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.jdk.StringDeserializer;

/**
 * A text that can be handed on: to libvirt, where it would end at a NUL; to PostgreSQL, which keeps
 * none; and back in an answer, which can't be written with half a surrogate pair in it.
 */
final class WholeText extends StringDeserializer {

  @Override
  public String deserialize(JsonParser parser, DeserializationContext context) {
    String text = super.deserialize(parser, context);
    return text == null || isWhole(text)
        ? text
        : (String) context.handleWeirdStringValue(String.class, text, "It is no whole text");
  }

  static boolean isWhole(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || isHalfAPair(c));
  }

  private static boolean isHalfAPair(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
