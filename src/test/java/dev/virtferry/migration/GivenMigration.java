package dev.virtferry.migration;

import static dev.virtferry.libvirt.Domains.MIB;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.DestinationImage;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.plan.CallMapping;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A migration that tests have, as both hosts allow it: web-01 goes from kvm-a to kvm-b, and no disk
 * of it unless that is said.
 */
public final class GivenMigration {

  public static final UUID GUEST = UUID.fromString("4dea22b3-1d52-48f3-a516-782e98ab3fa0");

  public static final Host DESTINATION =
      new Host("kvm-b", "qemu:///system", "qemu+tls://kvm-b/system", null, null);

  private Guest guest =
      new Guest("web-01", GUEST, 7, 900, 128 * MIB, true, false, false, List.of());
  private String source = "kvm-a";
  private Host destination = DESTINATION;
  private List<VolumePlan> disks = List.of();
  private CopyMode copy = CopyMode.FULL;
  private Map<String, VolumeWish> volumes = Map.of();
  private List<String> unmapping = List.of();
  private Map<String, String> renamed = Map.of();
  private MigrationOptions options = MigrationOptions.NONE;
  private int priority = 5;
  private @Nullable URI callback;

  public GivenMigration of(Guest domain) {
    guest = domain;
    return this;
  }

  /** Of a guest that the source keeps a definition of, or not. */
  public GivenMigration persistent(boolean defined) {
    return of(new Guest("web-01", GUEST, 7, 900, 128 * MIB, defined, false, false, List.of()));
  }

  public GivenMigration from(String host) {
    source = host;
    return this;
  }

  public GivenMigration to(Host host) {
    destination = host;
    return this;
  }

  public GivenMigration copying(String... targets) {
    return copying(Stream.of(targets).map(GivenMigration::plan).toList());
  }

  public GivenMigration copying(List<VolumePlan> plans) {
    disks = plans;
    return this;
  }

  public GivenMigration by(CopyMode mode) {
    copy = mode;
    return this;
  }

  public GivenMigration placing(Map<String, VolumeWish> places) {
    volumes = places;
    return this;
  }

  public GivenMigration unmapping(String... targets) {
    unmapping = List.of(targets);
    return this;
  }

  public GivenMigration renaming(String file, String there) {
    renamed = Map.of(file, there);
    return this;
  }

  public GivenMigration with(MigrationOptions all) {
    options = all;
    return this;
  }

  public GivenMigration urgent(int number) {
    priority = number;
    return this;
  }

  public GivenMigration telling(URI receiver) {
    callback = receiver;
    return this;
  }

  public MigrationOptions options() {
    return options;
  }

  public TransferPlan plan() {
    return new TransferPlan(
        guest,
        source,
        destination.name(),
        destination.peerUri(),
        disks,
        disks.isEmpty() ? null : copy,
        unmapping,
        renamed);
  }

  public MigrationSpec spec() {
    return new MigrationSpec(
            guest.name(),
            destination.peerUri(),
            null,
            null,
            volumes,
            source,
            priority,
            options,
            callback)
        .decidedBy(plan());
  }

  /** What libvirt is given. */
  public MigrateCall call() {
    return CallMapping.call(plan(), options, destination, null);
  }

  public Migration accepted(Instant now) {
    return Migration.accepted(UUID.randomUUID(), spec(), plan(), call(), now);
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
