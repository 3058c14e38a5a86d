package dev.virtferry.log;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Text in which nothing breaks a line, moves a terminal's cursor or turns the direction of reading:
 * controls, format characters, separators of lines and paragraphs, and halves of characters are
 * written as JSON and Java write them, such as {@code \n} and {@code \u2028}.
 */
final class Escaped {

  private Escaped() {}

  static String of(String text) {
    if (text.codePoints().noneMatch(Escaped::acts)) {
      return text;
    }
    var escaped = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> append(c, escaped));
    return escaped.toString();
  }

  private static void append(int c, StringBuilder escaped) {
    if (acts(c)) {
      for (char half : Character.toChars(c)) {
        escaped.append(escape(half));
      }
    } else {
      escaped.appendCodePoint(c);
    }
  }

  static @Nullable String orNull(@Nullable String text) {
    return text == null ? null : of(text);
  }

  private static boolean acts(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }

  private static String escape(char c) {
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(Locale.ROOT, "\\u%04x", (int) c);
    };
  }
}
