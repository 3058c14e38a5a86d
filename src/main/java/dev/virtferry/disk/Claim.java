package dev.virtferry.disk;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why a file is not free to be written over or deleted.
 *
 * @param host that tells it, or does not
 * @param domain whose it is; null where no domain is known to name it
 * @param name the name that it has there; of a silent host the path that is asked about
 */
record Claim(Kind kind, String host, @Nullable UUID domain, String name) {

  /** How certain it is, the most certain first. */
  enum Kind {
    /** A domain names this very path. */
    NAMED,
    /** A domain names a volume that looks like the same file. */
    LOOKS_THE_SAME,
    /** A domain names a path that no pool shows, with the same name of the file. */
    MAY_BE_THE_SAME,
    /** Another volume looks like the same file. */
    OTHER_NAME,
    /** A host that shares the path can't be asked. */
    SILENT
  }

  /** What follows the name of the file in a sentence. */
  String words() {
    return switch (kind) {
      case NAMED -> "belongs to the domain %s of %s".formatted(domain, host);
      case LOOKS_THE_SAME ->
          "looks like %s, which belongs to the domain %s of %s".formatted(name, domain, host);
      case MAY_BE_THE_SAME ->
          "may be %s, which no pool of %s shows and which belongs to the domain %s there"
              .formatted(name, host, domain);
      case OTHER_NAME -> "looks like %s, one file of %s by two names".formatted(name, host);
      case SILENT -> "is shared with %s, which can't be asked whose it is".formatted(host);
    };
  }
}
