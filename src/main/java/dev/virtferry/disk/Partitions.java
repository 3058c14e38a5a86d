package dev.virtferry.disk;

import dev.virtferry.libvirt.HostPath;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Which block devices are partitions of others, by the names that the kernel and udev give them:
 * {@code sdb1} of {@code sdb}, {@code nvme0n1p2} of {@code nvme0n1}, {@code ID-part1} of {@code
 * ID}.
 */
final class Partitions {

  /** Where udev and ZFS name what a device holds after it. */
  private static final List<HostPath> AFTER_THE_DEVICE =
      List.of(
          HostPath.of("/dev/disk"),
          HostPath.of("/dev/mapper"),
          HostPath.of("/dev/zvol"),
          HostPath.of("/dev/rbd"));

  private static final Pattern NAMED_AFTER = Pattern.compile("-part[0-9]+");

  private static final HostPath DEVICES = HostPath.of("/dev");

  private static final HostPath MAPPER = HostPath.of("/dev/mapper");

  /** Arrays by the names that people gave them. */
  private static final HostPath ARRAYS = HostPath.of("/dev/md");

  /** Devices whose names end with a letter, and those of multipath as they are by default. */
  private static final Pattern LETTERED = Pattern.compile("(?:[shv]d|xvd|dasd|mpath)[a-z]+");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** Of a device whose name ends with a digit. */
  private static final Pattern NUMBER_APART = Pattern.compile("p[0-9]+");

  private Partitions() {}

  /** Whether one path is a partition of the other; no device is its own. */
  static boolean isPart(String part, String whole) {
    HostPath inner = HostPath.of(part);
    HostPath outer = HostPath.of(whole);
    if (!outer.startsWith(DEVICES)
        || !inner.toString().startsWith(outer.toString())
        || !Objects.equals(inner.parent(), outer.parent())) {
      return false;
    }
    String more = inner.toString().substring(outer.toString().length());
    return (AFTER_THE_DEVICE.stream().anyMatch(outer::startsWith)
            && NAMED_AFTER.matcher(more).matches())
        || (isOfTheKernel(outer) && isNumber(outer, more));
  }

  private static boolean isOfTheKernel(HostPath device) {
    return DEVICES.equals(device.parent())
        || MAPPER.equals(device.parent())
        || ARRAYS.equals(device.parent());
  }

  private static boolean isNumber(HostPath device, String more) {
    String name = HostPath.fileName(device.toString());
    if (Character.isDigit(name.charAt(name.length() - 1))) {
      return NUMBER_APART.matcher(more).matches();
    }
    return (ARRAYS.equals(device.parent()) || LETTERED.matcher(name).matches())
        && NUMBER.matcher(more).matches();
  }
}
