package dev.virtferry.migration.run;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The runs that this replica carries right now. */
@Component
public final class RunsUnderWay {

  private final Map<UUID, Pulse> pulses = new ConcurrentHashMap<>();

  Pulse begin(UUID migration) {
    var pulse = new Pulse();
    pulses.put(migration, pulse);
    return pulse;
  }

  void end(UUID migration, Pulse pulse) {
    pulses.remove(migration, pulse);
  }

  boolean has(UUID migration) {
    return pulses.containsKey(migration);
  }

  /** Makes the run of that migration look at once, if it is carried here. */
  public void nudge(UUID migration) {
    Pulse pulse = pulses.get(migration);
    if (pulse != null) {
      pulse.nudge();
    }
  }
}
