package dev.virtferry.lab;

import dev.virtferry.lab.Lab.LabFailed;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * QEMU's emulation, the lab has no KVM, now and then loses what a guest writes to a page that was
 * sent already, and the guest's kernel panics where it arrived (docs/reliability.md). A test that
 * fails with such a guest is done once more; when that happens again and again, it is not the
 * emulation.
 */
final class LostWrite {

  private static final int MOST_IN_A_RUN = 3;

  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");

  /** A kernel that a test has told to panic says so before. */
  private static final String PANICKED =
      "cd /var/log/libvirt && grep -laE 'Kernel panic|general protection|Oops:|Bad file descriptor' *.console 2>/dev/null |"
          + " xargs -r grep -L 'sysrq: Trigger a crash' || :";

  private static final AtomicInteger SEEN = new AtomicInteger();

  private LostWrite() {}

  /** Whether a guest of the lab panicked by itself, and so few did that this may be why. */
  static boolean mayBeWhy(Lab lab) {
    return HOSTS.stream().anyMatch(host -> panicked(lab, host))
        && SEEN.incrementAndGet() <= MOST_IN_A_RUN;
  }

  private static boolean panicked(Lab lab, String host) {
    try {
      return !lab.on(host, "sh", "-c", PANICKED).isBlank();
    } catch (LabFailed e) {
      // A host that is gone tells nothing.
      return false;
    }
  }
}
