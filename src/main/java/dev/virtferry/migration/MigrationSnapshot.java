package dev.virtferry.migration;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A migration and how far it is: what a client polls.
 *
 * @param progress not as it was measured, but as the migration's state lets it be told
 */
public record MigrationSnapshot(Migration migration, Progress progress) {

  private static final Pattern ETAG = Pattern.compile("\"([1-9]\\d{0,8})-\\d+\"");

  public MigrationSnapshot {
    progress = asTold(progress, migration);
  }

  /**
   * Progress is what the migration says, so that no reader sees the one without the other: complete
   * at success, and with a speed and an end in sight only while libvirt's job copies.
   */
  private static Progress asTold(Progress measured, Migration migration) {
    return switch (migration.state()) {
      case QUEUED, PREPARING -> measured;
      case MIGRATING -> migration.phase() == Phase.SWITCHOVER ? measured.halted() : measured;
      case FINISHING, RECOVERING, NEEDS_ATTENTION, FAILED, CANCELLED -> measured.halted();
      case SUCCEEDED -> measured.complete();
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
