package dev.virtferry.libvirt;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads what {@code virDomainListGetStats} tells of disks ({@code VIR_DOMAIN_STATS_BLOCK}).
 *
 * @param disks by their targets; only those whose sizes are known
 */
public record BlockStats(Map<String, Size> disks) {

  /**
   * Of one disk.
   *
   * @param capacityBytes what the guest sees
   * @param allocationBytes what the image takes on the host; 0 when unknown
   */
  record Size(long capacityBytes, long allocationBytes) {}

  /**
   * Reads.
   *
   * @param values by their names, such as block.0.capacity
   * @return empty when the guest's QEMU was not asked, as another call waited for it
   */
  public static Optional<BlockStats> of(Map<String, Object> values) {
    Map<String, Size> disks = new LinkedHashMap<>();
    boolean images = false;
    long count = number(values, "block.count");
    for (long disk = 0; disk < count; disk++) {
      String prefix = "block." + disk;
      images |= values.containsKey(prefix + ".path");
      if (values.containsKey(prefix + ".capacity")) {
        disks.put(Objects.toString(values.get(prefix + ".name")), size(values, prefix));
      }
    }
    return images && disks.isEmpty() ? Optional.empty() : Optional.of(new BlockStats(disks));
  }

  private static Size size(Map<String, Object> values, String prefix) {
    return new Size(number(values, prefix + ".capacity"), number(values, prefix + ".physical"));
  }

  private static long number(Map<String, Object> values, String name) {
    return values.get(name) instanceof Number number ? number.longValue() : 0;
  }

  /** The same disk with its sizes. */
  DomainDisk sized(DomainDisk disk) {
    Size size = disks.get(disk.target());
    return size == null || disk.image() == null
        ? disk
        : disk.sized(size.capacityBytes(), size.allocationBytes());
  }
}
