package dev.virtferry.libvirt.client;

import java.util.Arrays;

/**
 * What of a domain outlives its definition ({@code virDomainUndefineFlagsValues}). Only what keeps
 * something is here: a saved state, snapshots and checkpoints are somebody's, and libvirt refuses
 * to undefine a domain that has them. Checkpoints that the destination knows are forgotten before.
 */
enum UndefineFlag {
  /** {@code VIR_DOMAIN_UNDEFINE_KEEP_NVRAM}: without it libvirt refuses where the file exists. */
  KEEP_NVRAM(1 << 3, 2_003_000),
  /** {@code VIR_DOMAIN_UNDEFINE_KEEP_TPM}: without it libvirt deletes an emulated TPM's state. */
  KEEP_TPM(1 << 6, 8_009_000);

  private final int bit;
  private final long since;

  UndefineFlag(int bit, long since) {
    this.bit = bit;
    this.since = since;
  }

  /**
   * Those that a daemon knows, as libvirt's bit mask; one that it does not know makes it refuse.
   *
   * @param libvirt its version, as {@code virConnectGetLibVersion} tells it
   */
  static int knownTo(long libvirt) {
    return Arrays.stream(values())
        .filter(flag -> flag.since <= libvirt)
        .mapToInt(flag -> flag.bit)
        .reduce(0, (a, b) -> a | b);
  }
}
