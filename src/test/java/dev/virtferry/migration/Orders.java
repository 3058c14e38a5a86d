package dev.virtferry.migration;

import static dev.virtferry.libvirt.Domains.MIB;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.DestinationImage;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.Order.Guest;
import dev.virtferry.migration.options.MigrationOptions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Orders for tests: from kvm-a to kvm-b. */
public final class Orders {

  public static final UUID GUEST = UUID.fromString("4dea22b3-1d52-48f3-a516-782e98ab3fa0");

  public static final Host DESTINATION =
      new Host("kvm-b", "qemu:///system", "qemu+tls://kvm-b/system", null, null);

  private Orders() {}

  public static Order copying(String... targets) {
    return of(targets.length == 0 ? null : CopyMode.FULL, MigrationOptions.NONE, true, targets);
  }

  public static Order of(
      @Nullable CopyMode copy, MigrationOptions options, boolean persistent, String... targets) {
    List<VolumePlan> disks = Stream.of(targets).map(Orders::plan).toList();
    return new Order(
        new Guest("web-01", GUEST, 7, 900, 128 * MIB, persistent, false, false),
        "kvm-a",
        DESTINATION.name(),
        DESTINATION.peerUri(),
        disks,
        copy,
        Map.of(),
        List.of(),
        options,
        5,
        null,
        Map.of());
  }

  private static VolumePlan plan(String target) {
    return new VolumePlan(
        target,
        Action.CREATE,
        "/srv/" + target,
        false,
        64 * MIB,
        64 * MIB,
        new VolumeSpec("images", target, "raw", 64 * MIB, null, null, null),
        1024 * MIB,
        List.of(),
        new VolumePlan.Original("images", target, "/srv/" + target, null),
        List.of(),
        "/srv/" + target,
        DestinationImage.ABSENT,
        null,
        64 * MIB,
        null);
  }
}
