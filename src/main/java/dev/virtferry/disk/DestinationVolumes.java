package dev.virtferry.disk;

import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;

import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The images that copied disks need at the destination: planned, made and deleted through pools.
 */
@Component
public final class DestinationVolumes {

  /** What libvirt can make in a pool of files so that a copy has somewhere to go. */
  private static final Set<String> FORMATS = Set.of("raw", "qcow2");

  /** The version of qcow2 when the source has no pool that could tell; QEMU's own since 2014. */
  private static final String USUAL_COMPAT = "1.1";

  private final Storage storage;

  DestinationVolumes(Storage storage) {
    this.storage = storage;
  }

  /**
   * Plans an image for each disk, at the path that it has on the source. Changes nothing.
   *
   * @param disks those that are copied
   * @throws Refused when a volume is there that does not fit, or a pool has not enough room
   */
  public List<VolumePlan> plan(
      List<DomainDisk> disks, HostAddress source, HostAddress destination) {
    if (disks.isEmpty()) {
      return List.of();
    }
    List<StoragePool> pools = storage.pools(destination);
    List<StoragePool> sourcePools = storage.pools(source);
    List<VolumePlan> plans = new ArrayList<>();
    for (int i = 0; i < disks.size(); i++) {
      Optional<StorageVolume> original = covered(source, sourcePools, disks.get(i));
      plans.add(plan(disks.get(i), "#/disks/" + i, original.orElse(null), destination, pools));
    }
    requireRoom(plans, pools, destination);
    return plans;
  }

  private Optional<StorageVolume> covered(
      HostAddress host, List<StoragePool> pools, DomainDisk disk) {
    return pool(pools, disk).flatMap(pool -> storage.volume(host, pool.name(), fileName(disk)));
  }

  private VolumePlan plan(
      DomainDisk disk,
      String pointer,
      @Nullable StorageVolume original,
      HostAddress destination,
      List<StoragePool> pools) {
    String compat = compat(disk, original);
    long toCopy = original == null ? disk.capacityBytes() : original.allocationBytes();
    String path = Objects.requireNonNull(disk.source());
    Optional<StoragePool> pool = pool(pools, disk);
    if (pool.isEmpty()) {
      return new VolumePlan(
          disk.target(),
          Action.EXPECT,
          path,
          null,
          null,
          disk.format(),
          disk.capacityBytes(),
          toCopy,
          compat);
    }
    Optional<StorageVolume> there = storage.volume(destination, pool.get().name(), fileName(disk));
    there.ifPresent(volume -> requireFit(disk, pointer, volume, destination));
    if (there.isEmpty()) {
      requireMakeable(disk, pointer);
    }
    return new VolumePlan(
        disk.target(),
        there.isPresent() ? Action.REUSE : Action.CREATE,
        path,
        pool.get().name(),
        fileName(disk),
        disk.format(),
        disk.capacityBytes(),
        toCopy,
        compat);
  }

  private static @Nullable String compat(DomainDisk disk, @Nullable StorageVolume original) {
    if (!disk.format().equals("qcow2")) {
      return null;
    }
    return original == null || original.compat() == null ? USUAL_COMPAT : original.compat();
  }

  private static void requireFit(
      DomainDisk disk, String pointer, StorageVolume volume, HostAddress destination) {
    if (volume.capacityBytes() != disk.capacityBytes()) {
      throw new Refused(
          Problem.at(
              pointer,
              DESTINATION_STORAGE,
              "%s on %s has %d bytes and %s has %d; remove it there, or give it the same size."
                  .formatted(
                      volume.path(),
                      destination.name(),
                      volume.capacityBytes(),
                      disk.target(),
                      disk.capacityBytes())));
    }
    if (!volume.format().equals(disk.format())) {
      throw new Refused(
          Problem.at(
              pointer,
              DESTINATION_STORAGE,
              "%s on %s is %s and %s is %s; remove it there, or convert it."
                  .formatted(
                      volume.path(),
                      destination.name(),
                      volume.format(),
                      disk.target(),
                      disk.format())));
    }
  }

  private static void requireMakeable(DomainDisk disk, String pointer) {
    if (!FORMATS.contains(disk.format())) {
      throw new Refused(
          Problem.at(
              pointer,
              DESTINATION_STORAGE,
              "An image of format %s can't be made through a pool; prepare the one of %s by hand."
                  .formatted(disk.format(), disk.target())));
    }
  }

  /**
   * Counts what each pool will have to hold: what is allocated at the source, as copies are thin.
   */
  private static void requireRoom(
      List<VolumePlan> plans, List<StoragePool> pools, HostAddress destination) {
    Map<String, Long> wanted = new HashMap<>();
    for (VolumePlan plan : plans) {
      if (plan.action() == Action.CREATE && plan.pool() != null) {
        wanted.merge(plan.pool(), plan.bytesToCopy(), Long::sum);
      }
    }
    for (StoragePool pool : pools) {
      long bytes = wanted.getOrDefault(pool.name(), 0L);
      if (bytes > pool.availableBytes()) {
        String detail =
            "The disks need %d bytes and pool %s on %s has %d free; make room there."
                .formatted(bytes, pool.name(), destination.name(), pool.availableBytes());
        throw new Refused(
            new Problem(DESTINATION_STORAGE, detail, List.of(new FieldError("#/disks", detail))));
      }
    }
  }

  /** The pool whose directory the image lies in directly: pools do not look into subdirectories. */
  private static Optional<StoragePool> pool(List<StoragePool> pools, DomainDisk disk) {
    if (!disk.sourceType().equals("file") || disk.source() == null) {
      return Optional.empty();
    }
    Path directory = Path.of(disk.source()).normalize().getParent();
    return pools.stream()
        .filter(pool -> !pool.path().isEmpty())
        .filter(pool -> Path.of(pool.path()).normalize().equals(directory))
        .findFirst();
  }

  private static String fileName(DomainDisk disk) {
    return String.valueOf(Path.of(Objects.requireNonNull(disk.source())).getFileName());
  }

  /** Makes a planned image. It is new: one that exists makes this fail. */
  public void make(VolumePlan plan, HostAddress destination) {
    storage.create(
        destination,
        new VolumeSpec(
            Objects.requireNonNull(plan.pool()),
            Objects.requireNonNull(plan.name()),
            plan.format(),
            plan.capacityBytes(),
            plan.compat()));
  }

  /** Deletes an image that was made; one that is gone already is no failure. */
  public void delete(String pool, String name, HostAddress destination) {
    storage.delete(destination, pool, name);
  }
}
