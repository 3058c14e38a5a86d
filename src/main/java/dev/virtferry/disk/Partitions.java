package dev.virtferry.disk;

import java.nio.file.Path;
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
  private static final List<Path> AFTER_THE_DEVICE =
      List.of(
          Path.of("/dev/disk"), Path.of("/dev/mapper"), Path.of("/dev/zvol"), Path.of("/dev/rbd"));

  private static final Pattern NAMED_AFTER = Pattern.compile("-part[0-9]+");

  private static final Path DEVICES = Path.of("/dev");

  private static final Path MAPPER = Path.of("/dev/mapper");

  /** Devices whose names end with a letter, and those of multipath as they are by default. */
  private static final Pattern LETTERED = Pattern.compile("(?:[shv]d|xvd|dasd|mpath)[a-z]+");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** Of a device whose name ends with a digit. */
  private static final Pattern NUMBER_APART = Pattern.compile("p[0-9]+");

  private Partitions() {}

  /** Whether one path is a partition of the other; no device is its own. */
  static boolean isPart(String part, String whole) {
    Path inner = Path.of(part).normalize();
    Path outer = Path.of(whole).normalize();
    if (!outer.startsWith(DEVICES)
        || !inner.toString().startsWith(outer.toString())
        || !Objects.equals(inner.getParent(), outer.getParent())) {
      return false;
    }
    String more = inner.toString().substring(outer.toString().length());
    return (AFTER_THE_DEVICE.stream().anyMatch(outer::startsWith)
            && NAMED_AFTER.matcher(more).matches())
        || (isOfTheKernel(outer) && isNumber(PoolView.fileName(whole), more));
  }

  private static boolean isOfTheKernel(Path device) {
    return DEVICES.equals(device.getParent()) || MAPPER.equals(device.getParent());
  }

  private static boolean isNumber(String device, String more) {
    return LETTERED.matcher(device).matches()
        ? NUMBER.matcher(more).matches()
        : Character.isDigit(device.charAt(device.length() - 1))
            && NUMBER_APART.matcher(more).matches();
  }
}
