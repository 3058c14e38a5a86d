package dev.virtferry.migration.run;

import dev.virtferry.disk.BackingImage;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.disk.VolumePlan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The images at the destination that overlays are copied onto. They were compared with those of the
 * source; a copy is whole only on the very ones, so they are looked at before libvirt is called and
 * again when the guest has arrived.
 */
final class ImagesBeneath {

  private final BothHosts hosts;
  private final ShownVolumes shown;
  private final Map<BackingImage, VolumeMark> before = new HashMap<>();

  ImagesBeneath(BothHosts hosts, ShownVolumes shown) {
    this.hosts = hosts;
    this.shown = shown;
  }

  /** Remembers how they look, before libvirt is called. */
  void look() {
    hosts.transfer().disks().stream()
        .map(VolumePlan::backing)
        .flatMap(List::stream)
        .forEach(image ->
            shown
                .of(image.destination().pool(), image.destination().name(), hosts.destination())
                .ifPresent(now -> before.put(image, VolumeMark.of(now))));
  }

  /** Whether all that the copy of a disk is built on is what it was; not so where none looked. */
  boolean areAsTheyWere(VolumePlan plan) {
    return plan.backing().stream().allMatch(this::isAsItWas);
  }

  private boolean isAsItWas(BackingImage image) {
    VolumeMark then = before.get(image);
    return then != null
        && shown
            .of(image.destination().pool(), image.destination().name(), hosts.destination())
            .filter(then::isUntouched)
            .isPresent();
  }
}
