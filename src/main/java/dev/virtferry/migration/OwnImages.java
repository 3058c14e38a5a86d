package dev.virtferry.migration;

import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import java.util.Map;
import java.util.UUID;

/**
 * The images that migrations of a domain left and that are its own. The end of a migration writes
 * them down, in one transaction with its state, and they outlive it. A port like {@link
 * Migrations}.
 */
public interface OwnImages {

  /** Those of a domain, and how each looked when it was left. */
  Map<ImageName, VolumeMark> of(UUID domain);

  /** Somebody wrote into these since they looked like that: they are not the domain's any more. */
  void forget(UUID domain, Map<ImageName, VolumeMark> changed);
}
