package dev.virtferry;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.stereotype.Component;

/**
 * Lets nothing start with a setting that nobody reads: one that is misspelt, that has no value,
 * that is there in another spelling, or that belongs to a list which comes from another place.
 * Spring Boot takes what is empty for what is absent, or for an empty text, and a list from the
 * first place that has any of it; and that may leave the door open that it was meant to close.
 */
@Component
final class UnknownSettings implements BeanFactoryPostProcessor {

  private static final String ROOT = "ferry";

  private static final Pattern VARIABLE = Pattern.compile("(?i)" + ROOT + "(_.*)?");

  /** Where a variable has the number of a row. */
  private static final Pattern ROW = Pattern.compile("_\\d+(?=_|$)");

  /**
   * What Kubernetes and Docker tell every container of a service whose name begins with {@link
   * #ROOT}; nobody configured it.
   */
  private static final Pattern OF_THE_PLATFORM =
      Pattern.compile(
          "FERRY(_[A-Z0-9]+)*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
              + "|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=.*"
              + "|FERRY(_[A-Z0-9]+)*_PORT=(tcp|udp|sctp)://.*",
          Pattern.DOTALL);

  /**
   * Looks at every place that settings come from.
   *
   * @throws InvalidSetting with a sentence for each that is not known, or empty and must not be
   */
  @Override
  public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
    require(known(beans), beans.getBean(ConfigurableEnvironment.class));
  }

  private static List<Setting> known(ConfigurableListableBeanFactory beans) {
    return Arrays.stream(beans.getBeanNamesForAnnotation(ConfigurationProperties.class))
        .map(beans::getType)
        .filter(Objects::nonNull)
        .flatMap(UnknownSettings::settings)
        .toList();
  }

  private static Stream<Setting> settings(Class<?> type) {
    ConfigurationProperties of = type.getAnnotation(ConfigurationProperties.class);
    String prefix = of == null ? "" : of.value();
    return prefix.equals(ROOT) || prefix.startsWith(ROOT + ".")
        ? Setting.of(prefix, type).stream()
        : Stream.empty();
  }

  private static void require(List<Setting> known, ConfigurableEnvironment environment) {
    var mistakes = new TreeSet<String>();
    Map<List<String>, EnumerablePropertySource<?>> lists = new HashMap<>();
    environment.getPropertySources().stream()
        .filter(source -> source instanceof EnumerablePropertySource<?>)
        .map(source -> (EnumerablePropertySource<?>) source)
        .forEach(source -> {
          Map<String, String> spelt = new HashMap<>();
          for (String name : source.getPropertyNames()) {
            if (isOurs(source, name)) {
              Optional<String> twice = twice(spelt, source, name);
              mistake(known, environment, source, name)
                  .or(() -> unread(known, lists, source, name))
                  .or(() -> twice)
                  .ifPresent(mistakes::add);
            }
          }
          spelt.values().stream()
              .flatMap(name -> rowBesideText(spelt, source, name))
              .forEach(mistakes::add);
        });
    if (!mistakes.isEmpty()) {
      throw new InvalidSetting(String.join(" ", mistakes));
    }
  }

  private static boolean isVariable(EnumerablePropertySource<?> source, String name) {
    return source instanceof SystemEnvironmentPropertySource && VARIABLE.matcher(name).matches();
  }

  private static boolean isOurs(EnumerablePropertySource<?> source, String name) {
    if (isVariable(source, name)) {
      return !OF_THE_PLATFORM.matcher(name + "=" + source.getProperty(name)).matches();
    }
    return property(name).getNumberOfElements() > 0
        && property(name).getElement(0, ConfigurationPropertyName.Form.UNIFORM).equals(ROOT);
  }

  private static ConfigurationPropertyName property(String name) {
    return ConfigurationPropertyName.adapt(name, '.');
  }

  private static Optional<String> mistake(
      List<Setting> known,
      ConfigurableEnvironment environment,
      EnumerablePropertySource<?> source,
      String name) {
    boolean empty = isEmpty(environment, source.getProperty(name));
    List<Setting> meant = meant(known, source, name);
    if (empty ? meant.isEmpty() : meant.stream().allMatch(Setting::group)) {
      return Optional.of(sentence(known, source, name));
    }
    return empty && meant.stream().noneMatch(Setting::emptiable)
        ? Optional.of(emptySentence(source, name))
        : Optional.empty();
  }

  private static List<Setting> meant(
      List<Setting> known, EnumerablePropertySource<?> source, String name) {
    return known.stream()
        .filter(setting ->
            isVariable(source, name) ? setting.isVariable(name) : setting.is(property(name)))
        .toList();
  }

  /**
   * The places are asked in the order in which the binder asks them.
   *
   * @param lists where each list comes from, as far as that is known
   */
  private static Optional<String> unread(
      List<Setting> known,
      Map<List<String>, EnumerablePropertySource<?>> lists,
      EnumerablePropertySource<?> source,
      String name) {
    return meant(known, source, name).stream()
        .flatMap(setting -> setting.list(known).stream())
        .flatMap(list -> {
          var first = lists.computeIfAbsent(list, _ -> source);
          return first.equals(source)
              ? Stream.empty()
              : Stream.of(unreadSentence(source, name, list, first));
        })
        .findFirst();
  }

  private static String unreadSentence(
      EnumerablePropertySource<?> source,
      String name,
      List<String> list,
      EnumerablePropertySource<?> first) {
    return "%s (%s) is not read, as %s comes from %s; write all of a list in one place."
        .formatted(name, origin(source, name), String.join(".", list), first.getName());
  }

  /**
   * Spring Boot takes one of the spellings, and says nothing of the other.
   *
   * @param spelt how each setting was spelt in the same place
   */
  private static Optional<String> twice(
      Map<String, String> spelt, EnumerablePropertySource<?> source, String name) {
    String other = spelt.putIfAbsent(uniform(source, name), name);
    return other == null
        ? Optional.empty()
        : Optional.of(
            "%s (%s) is the same setting as %s; write it once."
                .formatted(name, origin(source, name), other));
  }

  /**
   * Spring Boot takes a list as text where it has one, and says nothing of its rows.
   *
   * @param spelt how each setting is spelt in the same place
   */
  private static Stream<String> rowBesideText(
      Map<String, String> spelt, EnumerablePropertySource<?> source, String name) {
    return lists(source, name)
        .map(spelt::get)
        .filter(Objects::nonNull)
        .map(list ->
            "%s (%s) is not read, as %s is a text there; write the list in one way."
                .formatted(name, origin(source, name), list));
  }

  /** The lists in which it is a row, or in a row, in the form in which settings are compared. */
  private static Stream<String> lists(EnumerablePropertySource<?> source, String name) {
    if (isVariable(source, name)) {
      return ROW.matcher(name)
          .results()
          .map(row -> uniform(source, name.substring(0, row.start())));
    }
    ConfigurationPropertyName property = property(name);
    return IntStream.range(0, property.getNumberOfElements())
        .filter(property::isNumericIndex)
        .mapToObj(i -> uniform(source, property.chop(i)));
  }

  private static String uniform(EnumerablePropertySource<?> source, String name) {
    return isVariable(source, name)
        // Dashes of a name are dropped in a variable, or become what stands between names.
        ? name.toLowerCase(Locale.ROOT).replace("_", "")
        : uniform(source, property(name));
  }

  /** In the environment both may be spelt like a variable or like a property. */
  private static String uniform(
      EnumerablePropertySource<?> source, ConfigurationPropertyName property) {
    return IntStream.range(0, property.getNumberOfElements())
        .mapToObj(i -> property.getElement(i, ConfigurationPropertyName.Form.UNIFORM))
        .collect(Collectors.joining(source instanceof SystemEnvironmentPropertySource ? "" : "."));
  }

  private static boolean isEmpty(ConfigurableEnvironment environment, @Nullable Object value) {
    return value == null || environment.resolvePlaceholders(String.valueOf(value)).isBlank();
  }

  private static String emptySentence(EnumerablePropertySource<?> source, String name) {
    return "%s (%s) has no value; give it one, or remove it.".formatted(name, origin(source, name));
  }

  private static Object origin(EnumerablePropertySource<?> source, String name) {
    Origin origin = OriginLookup.getOrigin(source, name);
    return origin == null ? source.getName() : origin;
  }

  private static String sentence(
      List<Setting> known, EnumerablePropertySource<?> source, String name) {
    return "%s (%s) is no setting of virt-ferry; the nearest is %s."
        .formatted(
            name,
            origin(source, name),
            known.stream()
                .filter(setting -> !setting.group())
                .min(
                    Comparator.<Setting>comparingInt(setting -> setting.distance(name))
                        .thenComparingInt(setting -> setting.elements().size()))
                .map(Setting::text)
                .orElse(ROOT));
  }
}
