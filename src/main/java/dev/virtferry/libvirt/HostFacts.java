package dev.virtferry.libvirt;

import java.util.Locale;

/**
 * Versions of a host's daemon and hypervisor, as {@code 1,000,000 × major + 1,000 × minor +
 * release}.
 *
 * @param libvirt {@code virConnectGetLibVersion}
 * @param hypervisor {@code virConnectGetVersion}
 */
public record HostFacts(long libvirt, long hypervisor) {

  /** A version as people write it, such as 9.0.0. */
  public static String words(long version) {
    return String.format(
        Locale.ROOT, "%d.%d.%d", version / 1_000_000, version / 1_000 % 1_000, version % 1_000);
  }
}
