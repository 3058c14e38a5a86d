package dev.virtferry.migration;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A migration and how far it is: what a client polls. */
public record MigrationSnapshot(Migration migration, Progress progress) {

  private static final Pattern ETAG = Pattern.compile("\"([1-9]\\d{0,8})-\\d+\"");

  /**
   * Progress is what the migration says, so that no reader sees the one without the other: complete
   * at success, and with a speed and an end in sight only while libvirt's job copies.
   */
  public MigrationSnapshot {
    progress =
        switch (migration.state()) {
          case QUEUED, PREPARING -> progress;
          case MIGRATING -> migration.phase() == Phase.SWITCHOVER ? progress.halted() : progress;
          case FINISHING, RECOVERING, NEEDS_ATTENTION, FAILED, CANCELLED -> progress.halted();
          case SUCCEEDED -> progress.complete();
        };
  }

  /** Changes whenever the migration or its progress does. */
  public String etag() {
    return etag(migration.version(), progress.revision());
  }

  /** The ETag of a migration of that version with progress of that revision. */
  public static String etag(int version, long revision) {
    return String.format(Locale.ROOT, "\"%d-%d\"", version, revision);
  }

  /** The version of the migration for which that ETag was given out; empty for any other text. */
  public static Optional<Integer> version(String etag) {
    return Optional.of(ETAG.matcher(etag))
        .filter(Matcher::matches)
        .map(found -> Integer.valueOf(found.group(1)));
  }
}
