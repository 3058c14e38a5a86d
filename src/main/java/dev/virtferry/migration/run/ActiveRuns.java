package dev.virtferry.migration.run;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The runs that this replica carries right now. */
@Component
public final class ActiveRuns {

  private final Map<UUID, WakeUp> pulses = new ConcurrentHashMap<>();

  WakeUp begin(UUID migration) {
    var wakeUp = new WakeUp();
    pulses.put(migration, wakeUp);
    return wakeUp;
  }

  void end(UUID migration, WakeUp wakeUp) {
    pulses.remove(migration, wakeUp);
  }

  boolean has(UUID migration) {
    return pulses.containsKey(migration);
  }

  /** Makes the run of that migration look at once, if it is carried here. */
  public void nudge(UUID migration) {
    WakeUp wakeUp = pulses.get(migration);
    if (wakeUp != null) {
      wakeUp.nudge();
    }
  }
}
