package dev.virtferry.migration.run;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.Hypervisor;
import org.springframework.stereotype.Component;

/** Brings together what a run of a migration needs of its two hosts. */
@Component
final class Passages {

  private final Hypervisor hypervisor;
  private final BandwidthTuner tuner;
  private final ShownVolumes shown;
  private final MadeVolumes made;
  private final Originals originals;

  Passages(
      Hypervisor hypervisor,
      BandwidthTuner tuner,
      ShownVolumes shown,
      MadeVolumes made,
      Originals originals) {
    this.hypervisor = hypervisor;
    this.tuner = tuner;
    this.shown = shown;
    this.made = made;
    this.originals = originals;
  }

  /** By the plan as it was last written; nothing is remembered of the hosts yet. */
  Passage of(LeasedMigration migration, Host source, Host destination) {
    var hosts = new BothHosts(hypervisor, tuner, migration.latest().plan(), source, destination);
    var images = new CopiedImages(migration, hosts, shown, made, originals);
    return new Passage(migration, hosts, images);
  }
}
