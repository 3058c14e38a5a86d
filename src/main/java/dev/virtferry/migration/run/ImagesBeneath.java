package dev.virtferry.migration.run;

import dev.virtferry.disk.BackingImage;
import dev.virtferry.disk.VolumePlan;

/**
 * The images at the destination that overlays are copied onto. They were compared with those of the
 * source; a copy is whole only on the very ones, so they are looked at again when the guest has
 * arrived.
 */
final class ImagesBeneath {

  private final BothHosts hosts;
  private final ShownVolumes shown;

  ImagesBeneath(BothHosts hosts, ShownVolumes shown) {
    this.hosts = hosts;
    this.shown = shown;
  }

  /**
   * Whether all that the copy of a disk is built on is what it was when it was compared; not so
   * where nobody knows that.
   */
  boolean areAsTheyWere(VolumePlan plan) {
    return plan.backing().stream().map(BackingImage::destination).allMatch(this::isAsItWas);
  }

  private boolean isAsItWas(BackingImage.Volume image) {
    return shown
        .of(image.pool(), image.name(), hosts.destination())
        .filter(image::isStill)
        .isPresent();
  }
}
