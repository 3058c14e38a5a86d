package dev.virtferry;

import dev.virtferry.access.AccessProperties;
import dev.virtferry.host.Inventory;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Lets nothing start with a token that is bound to a host of no such name: who has it would see
 * less than was meant, or what gets that name later.
 */
@Component
final class UnknownHosts {

  /**
   * Compares the names.
   *
   * @throws InvalidSetting with a sentence that names the token, the host and the nearest one
   */
  UnknownHosts(AccessProperties access, Inventory inventory) {
    for (int i = 0; i < access.tokens().size(); i++) {
      AccessProperties.Token token = access.tokens().get(i);
      if (token.hosts() != null) {
        for (String host : token.hosts()) {
          require(host, inventory.names(), i);
        }
      }
    }
  }

  private static void require(String host, Set<String> names, int token) {
    if (!names.contains(host)) {
      throw new InvalidSetting(
          String.format(
              Locale.ROOT,
              "ferry.access.tokens[%d].hosts: '%s' is no host of ferry.hosts; %s.",
              token,
              host,
              names.stream()
                  .min(Comparator.comparingInt(name -> Spelling.distance(host, name)))
                  .map(nearest -> "the nearest is '" + nearest + "'")
                  .orElse("it has none")));
    }
  }
}
