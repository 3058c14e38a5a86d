package dev.virtferry.migration.plan;

import dev.virtferry.migration.options.MigrationOptions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What tests ask for: a domain goes to kvm-b, and nothing else is said. */
public final class Submissions {

  private Submissions() {}

  public static Submission of(String domain, @Nullable List<String> disks) {
    return of(domain, disks, MigrationOptions.NONE);
  }

  public static Submission of(
      String domain, @Nullable List<String> disks, MigrationOptions options) {
    return new Submission(
        domain, "qemu+tls://kvm-b/system", disks, null, Map.of(), null, 5, options, null);
  }
}
