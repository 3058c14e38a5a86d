package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.StoragePool;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Devices that a server of storage hands out to many hosts, and what is made of them. Each host has
 * a pool of its own for them, and what both show may be one.
 */
record Luns(VolumePlanInput input) {

  private static final Set<String> OF_SERVERS = Set.of("iscsi", "iscsi-direct", "scsi", "mpath");

  /** Their volumes are parts of a device, or files on it. */
  private static final Set<String> OF_DEVICES = Set.of("logical", "disk", "zfs", "fs");

  /** Names that are made of what a device says of itself, or of a target of iSCSI. */
  private static final Pattern SAME_EVERYWHERE =
      Pattern.compile(
          "/dev/(?:disk/by-id/(?:wwn-|scsi-[236][0-9a-f]{16}|nvme-(?:eui|uuid|nqn)\\.|dm-uuid-mpath-"
              + "|md-uuid-|lvm-pv-uuid-)|disk/by-path/.*-iscsi-|mapper/[236][0-9a-f]{16}).*");

  /** Names that a person or a serial number gave, or a host to a port of a server. */
  private static final Pattern PERHAPS_THE_SAME =
      Pattern.compile(
          "/dev/(?:disk/by-(?:id|uuid|partuuid)|mapper|rbd|drbd)/.*|/dev/disk/by-path/.*-fc-.*");

  /** Why a disk that keeps its place would be copied onto itself, or may be; else empty. */
  Optional<String> objection(String target, DiskImage image) {
    return pool(input.source(), image)
        .flatMap(here ->
            pool(input.destination(), image).flatMap(there -> objection(target, here, there)));
  }

  private Optional<String> objection(String target, StoragePool here, StoragePool there) {
    if (isOfServer(here) && isOfServer(there)) {
      return haveCommon(here, there, _ -> true)
          ? Optional.of(itself(target, here, there, "target"))
          : perhaps(target, here, there);
    }
    if (isOfServer(here) || !here.type().equals(there.type())) {
      return Optional.empty();
    }
    if (haveCommon(here, there, name -> SAME_EVERYWHERE.matcher(name).matches())) {
      return Optional.of(itself(target, here, there, "device"));
    }
    return haveCommon(here, there, name -> PERHAPS_THE_SAME.matcher(name).matches())
        ? perhaps(target, here, there)
        : Optional.empty();
  }

  private static boolean haveCommon(StoragePool here, StoragePool there, Predicate<String> counts) {
    Set<String> names = names(here);
    names.retainAll(names(there));
    return names.stream().anyMatch(counts);
  }

  private static Set<String> names(StoragePool pool) {
    return pool.devices().stream()
        .map(device -> HostPath.of(DefinedPools.device(device)).toString())
        .collect(Collectors.toSet());
  }

  private String itself(String target, StoragePool here, StoragePool there, String what) {
    return "%s is on pool %s of %s and on pool %s of %s, both of one %s, and would be copied onto itself; tell ferry.shared-paths that every host sees what is in %s."
        .formatted(
            target,
            here.name(),
            input.source().name(),
            there.name(),
            input.destination().name(),
            what,
            here.path());
  }

  private Optional<String> perhaps(String target, StoragePool here, StoragePool there) {
    return switch (input.wish().overwrite()) {
      case ANY -> Optional.empty();
      case OWN, NEVER ->
          Optional.of(
              "%s is on pool %s of %s, of type %s, and may be copied onto itself, as %s has pool %s of type %s; tell ferry.shared-paths that every host sees what is in %s, or, if they are two disks, let options.overwrite be ANY."
                  .formatted(
                      target,
                      here.name(),
                      input.source().name(),
                      here.type(),
                      input.destination().name(),
                      there.name(),
                      there.type(),
                      here.path()));
    };
  }

  private static boolean isOfServer(StoragePool pool) {
    return OF_SERVERS.contains(pool.type());
  }

  /** The pool that a disk is in, where that is of such devices. */
  private static Optional<StoragePool> pool(PoolView view, DiskImage image) {
    Optional<StoragePool> pool =
        switch (image.type()) {
          case FILE -> view.covering(image.location());
          case VOLUME -> view.volume(image).flatMap(volume -> view.named(volume.pool()));
          case BLOCK -> view.shown(image.location()).flatMap(volume -> view.named(volume.pool()));
          case DIR, NETWORK, NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> Optional.empty();
        };
    return pool.filter(it -> isOfServer(it) || OF_DEVICES.contains(it.type()));
  }
}
