package dev.virtferry.migration;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What tests ask for: a domain goes to kvm-b, and nothing else is said. */
final class Submissions {

  private Submissions() {}

  static Submission of(String domain, @Nullable List<String> disks) {
    return of(domain, disks, MigrationOptions.NONE);
  }

  static Submission of(String domain, @Nullable List<String> disks, MigrationOptions options) {
    return new Submission(
        domain, "qemu+tls://kvm-b/system", disks, null, Map.of(), null, 5, options, null);
  }
}
