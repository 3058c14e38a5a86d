package dev.virtferry;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * A name that can be configured, such as {@code ferry.access.tokens[*].domains}.
 *
 * @param elements in small letters with dashes; {@code *} stands for a number
 * @param group whether it only holds others, so that it has no value of its own
 * @param emptiable whether it may be written without a value: a heading, or a list that says what
 *     it means when nothing is in it
 */
record Setting(List<String> elements, boolean group, boolean emptiable) {

  private static final String ANY = "*";

  Setting {
    elements = List.copyOf(elements);
  }

  /** All that a record of settings takes. */
  static List<Setting> of(String prefix, Class<?> type) {
    List<Setting> all = new ArrayList<>();
    addAll(all, List.of(prefix.split("\\.")), type, true);
    return all;
  }

  private static void addAll(List<Setting> all, List<String> place, Type type, boolean emptiable) {
    boolean group = true;
    switch (type) {
      case Class<?> record when record.isRecord() -> {
        for (RecordComponent part : record.getRecordComponents()) {
          String name = DataObjectPropertyName.toDashedForm(part.getName());
          addAll(all, with(place, name), part.getGenericType(), isNeverNullList(part));
        }
      }
      case ParameterizedType list when list.getRawType() == List.class -> {
        Type each = list.getActualTypeArguments()[0];
        addAll(all, with(place, ANY), each, false);
        group = each instanceof Class<?> row && row.isRecord();
      }
      case ParameterizedType map when map.getRawType() == Map.class -> {
        for (Object key : ((Class<?>) map.getActualTypeArguments()[0]).getEnumConstants()) {
          String name = key.toString().toLowerCase(Locale.ROOT).replace('_', '-');
          addAll(all, with(place, name), map.getActualTypeArguments()[1], false);
        }
      }
      default -> group = false;
    }
    all.add(new Setting(place, group, emptiable));
  }

  /** What is null where it is absent means something else then than nothing. */
  private static boolean isNeverNullList(RecordComponent part) {
    return part.getType() == List.class
        && !part.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static List<String> with(List<String> place, String next) {
    return Stream.concat(place.stream(), Stream.of(next)).toList();
  }

  /** Whether a property of a file or of the command line is it, as Spring Boot compares them. */
  boolean is(ConfigurationPropertyName name) {
    if (name.getNumberOfElements() != elements.size()) {
      return false;
    }
    for (int i = 0; i < elements.size(); i++) {
      if (!isElement(i, name)) {
        return false;
      }
    }
    return true;
  }

  private boolean isElement(int i, ConfigurationPropertyName name) {
    String wanted = elements.get(i);
    return wanted.equals(ANY)
        ? name.isNumericIndex(i)
        : name.getElement(i, Form.UNIFORM).equals(wanted.replace("-", ""));
  }

  /** Whether a variable of the environment is it: dashes are dropped in all of it, or in none. */
  boolean isVariable(String name) {
    return Stream.of("", "_")
        .anyMatch(dash -> variable(e -> e.replace("-", dash)).matcher(name).matches());
  }

  private Pattern variable(UnaryOperator<String> spelling) {
    return Pattern.compile(
        elements.stream()
            .map(element -> element.equals(ANY) ? "\\d+" : spelling.apply(element))
            .collect(joining("_")),
        Pattern.CASE_INSENSITIVE);
  }

  /**
   * The list that it belongs to, or is; the outermost of several.
   *
   * @param known all settings
   */
  Optional<List<String>> list(List<Setting> known) {
    int index = elements.indexOf(ANY);
    List<String> place = index < 0 ? elements : elements.subList(0, index);
    List<String> row = with(place, ANY);
    return known.stream().anyMatch(setting -> setting.elements.equals(row))
        ? Optional.of(place)
        : Optional.empty();
  }

  /** How far a name is from it, in letters. */
  int distance(String name) {
    return distance(name, String.join(".", elements));
  }

  /** How far two names are from each other, in letters. */
  static int distance(String one, String other) {
    return Spelling.distance(letters(one), letters(other));
  }

  private static String letters(String name) {
    return name.replaceAll("[^A-Za-z]", "").toLowerCase(Locale.ROOT);
  }

  /** Its name, with {@code n} for a number. */
  String text() {
    return elements.stream()
        .map(element -> element.equals(ANY) ? "[n]" : "." + element)
        .collect(joining())
        .substring(1);
  }
}
