package dev.virtferry.migration;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When things happened.
 *
 * @param createdAt when the migration was accepted
 * @param startedAt when libvirt was called
 * @param endedAt when the end was known
 * @param phases in the order in which they were entered
 */
public record Timeline(
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    List<PhaseSpan> phases) {

  /** One phase; its end is null while it lasts. */
  public record PhaseSpan(Phase phase, Instant startedAt, @Nullable Instant endedAt) {}

  static Timeline from(Instant createdAt) {
    return new Timeline(createdAt, null, null, List.of());
  }

  Timeline started(Instant at) {
    return new Timeline(createdAt, at, endedAt, phases);
  }

  Timeline entered(Phase phase, Instant at) {
    List<PhaseSpan> spans = new ArrayList<>(closedPhases(at));
    spans.add(new PhaseSpan(phase, at, null));
    return new Timeline(createdAt, startedAt, endedAt, List.copyOf(spans));
  }

  Timeline ended(Instant at) {
    return new Timeline(createdAt, startedAt, at, closedPhases(at));
  }

  private List<PhaseSpan> closedPhases(Instant at) {
    return phases.stream()
        .map(p -> p.endedAt() != null ? p : new PhaseSpan(p.phase(), p.startedAt(), at))
        .toList();
  }
}
