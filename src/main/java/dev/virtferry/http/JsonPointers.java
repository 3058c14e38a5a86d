package dev.virtferry.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import tools.jackson.core.JacksonException;

/**
 * JSON pointers in fragment form ({@code #/disks/1}) for the places that libraries name otherwise.
 */
final class JsonPointers {

  private JsonPointers() {}

  /** Of a bean path such as {@code options.bandwidthMiBps} or {@code disks[1]}. */
  static String of(String beanPath) {
    return "#/" + beanPath.replaceAll("\\[([^]]*)]", "/$1").replace('.', '/');
  }

  /** Of the place where Jackson stopped; {@code #} for the whole document. */
  static String of(List<JacksonException.Reference> path) {
    var pointer = new StringBuilder("#");
    for (JacksonException.Reference step : path) {
      pointer.append('/').append(escaped(step));
    }
    return writable(pointer.toString());
  }

  /** Half a surrogate pair, which no answer can be written with, becomes a question mark. */
  static String writable(String text) {
    return new String(text.getBytes(UTF_8), UTF_8);
  }

  private static String escaped(JacksonException.Reference step) {
    String name = step.getPropertyName();
    return name == null
        ? Integer.toString(step.getIndex())
        : name.replace("~", "~0").replace("/", "~1");
  }
}
