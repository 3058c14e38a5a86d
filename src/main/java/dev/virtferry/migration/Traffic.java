package dev.virtferry.migration;

import java.util.Map;

/**
 * How many migrations each host takes part in that have left the queue and not ended, by host name.
 */
public record Traffic(Map<String, Integer> outgoing, Map<String, Integer> incoming) {

  public int from(String host) {
    return outgoing.getOrDefault(host, 0);
  }

  public int to(String host) {
    return incoming.getOrDefault(host, 0);
  }
}
