package dev.virtferry.access.web;

import dev.virtferry.access.AuditEntry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Refused calls of one caller, summed up by what they were and why they were refused. The first
 * kinds are told apart by what they were about; what comes beyond them by the refusal alone.
 */
final class RefusedCalls {

  /** What an operator reads, and a flood costs. */
  private static final int TOLD_APART = 5;

  private static final String ANY_ACTION = "several calls";

  private record Kind(
      String action,
      @Nullable String domain,
      @Nullable UUID migration,
      int status,
      @Nullable String problem) {

    static Kind of(AuditEntry call) {
      return new Kind(
          call.action(), call.domain(), call.migration(), call.status(), call.problem());
    }
  }

  private final Map<Kind, AuditEntry> sums = new LinkedHashMap<>();
  private final Map<UUID, Long> written = new HashMap<>();

  synchronized void count(AuditEntry call) {
    boolean apart = sums.containsKey(Kind.of(call)) || sums.size() < TOLD_APART;
    AuditEntry entry = apart ? call : call.aboutAnything(ANY_ACTION);
    sums.merge(Kind.of(entry), entry, (sum, _) -> sum.again(call.until()));
  }

  /** Those that nobody has asked for yet. */
  synchronized List<AuditEntry> begun() {
    List<AuditEntry> begun =
        sums.values().stream().filter(sum -> !written.containsKey(sum.id())).toList();
    begun.forEach(sum -> written.put(sum.id(), sum.calls()));
    return begun;
  }

  /** Those that have grown since somebody asked last. */
  synchronized List<AuditEntry> grown() {
    List<AuditEntry> grown =
        sums.values().stream()
            .filter(sum -> written.getOrDefault(sum.id(), Long.MAX_VALUE) < sum.calls())
            .toList();
    grown.forEach(sum -> written.put(sum.id(), sum.calls()));
    return grown;
  }

  /** Those of more than one call, once. */
  synchronized List<AuditEntry> ended() {
    List<AuditEntry> ended = sums.values().stream().filter(sum -> sum.calls() > 1).toList();
    sums.clear();
    return ended;
  }
}
