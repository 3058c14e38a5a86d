package dev.virtferry.access;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The domains and hosts that a caller sees and uses; everything else does not exist for it.
 *
 * @param domains patterns of domain names, in which {@code *} stands for any text and {@code ?} for
 *     one character; null for every domain
 * @param hosts names of the inventory; null for every host
 */
public record Scope(@Nullable List<String> domains, @Nullable List<String> hosts) {

  public static final Scope EVERYTHING = new Scope(null, null);

  private static final String SEPARATORS = ".-_";

  public Scope {
    domains = domains == null ? null : List.copyOf(domains);
    hosts = hosts == null ? null : List.copyOf(hosts);
  }

  /** Whether it holds domains of that name. */
  public boolean hasDomain(String name) {
    return domains == null
        || domains.stream().map(Scope::pattern).anyMatch(p -> p.matcher(name).matches());
  }

  /** Whether it holds every domain of its hosts, so that all of what they have may be told. */
  public boolean hasAllDomains() {
    return domains == null;
  }

  /**
   * Whether an image of that name is evidently one of a domain of its own: it has the name of such
   * a domain, or begins with it and a dot, a dash or an underscore.
   */
  public boolean hasImage(String name) {
    return hasDomain(name)
        || IntStream.range(1, name.length())
            .filter(i -> SEPARATORS.indexOf(name.charAt(i)) >= 0)
            .anyMatch(i -> hasDomain(name.substring(0, i)));
  }

  /** Whether it holds the host of that name. */
  public boolean hasHost(String name) {
    return hosts == null || hosts.contains(name);
  }

  /**
   * Whether it holds a migration: one of a domain of its own from or to a host of its own, so that
   * a guest does not vanish from the sight of its owner because somebody else moves it away.
   */
  public boolean hasMigration(String domain, String source, String destination) {
    return hasDomain(domain) && (hasHost(source) || hasHost(destination));
  }

  /** The patterns as SQL's {@code like} has them, with {@code !} before what is meant literally. */
  public static String like(String pattern) {
    return pattern.replaceAll("[!%_]", "!$0").replace('*', '%').replace('?', '_');
  }

  private static Pattern pattern(String glob) {
    Predicate<String> wild = part -> part.equals("*") || part.equals("?");
    String regex =
        Stream.of(glob.split("(?<=[*?])|(?=[*?])"))
            .map(part ->
                wild.test(part) ? part.replace("*", ".*").replace("?", ".") : Pattern.quote(part))
            .collect(Collectors.joining());
    return Pattern.compile(regex, Pattern.DOTALL);
  }
}
