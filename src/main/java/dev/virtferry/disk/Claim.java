package dev.virtferry.disk;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Why a file is not free to be written over or deleted.
 *
 * @param host that tells it, or does not
 * @param domain whose it is; null where no domain is known to name it
 * @param name the name that it has there; of a silent host the path that is asked about; of a pool
 *     that has the device, or can't be seen into, its name; of an image that is not all in one file
 *     the others
 */
record Claim(Kind kind, String host, @Nullable UUID domain, String name) {

  /** How certain it is, the most certain first. */
  enum Kind {
    /** A domain names this very path. */
    NAMED,
    /** It is a folder or a device, and a domain names something in it. */
    AROUND,
    /** It is a partition, and a domain names the device. */
    PART,
    /** It is, or holds, or is part of a device that a pool is made of. */
    POOL,
    /** A domain names a volume that looks like the same file. */
    LOOKS_THE_SAME,
    /** A domain names a path with the same name of the file, and no pool shows both. */
    MAY_BE_THE_SAME,
    /**
     * An image of a domain names something that can't be understood, with this file's name in it.
     */
    MAY_BE_MEANT,
    /** An image can't be read: one of a domain, or this one; its data may be in any file. */
    UNREADABLE,
    /** It lies in a folder that a domain has, or another name of it does. */
    IN_FOLDER,
    /** It is an image that keeps its data in other files. */
    ELSEWHERE,
    /** Another volume looks like the same file. */
    OTHER_NAME,
    /** A host that shares the path can't be asked. */
    SILENT,
    /** A pool does not show all that is in it, and may have another name of it. */
    HIDDEN,
    /** Somebody writes into it, so that no other name of it can be told by its times. */
    WRITTEN
  }

  /**
   * Whether it bars what virt-ferry makes: a new file takes nothing from who has the folder, and
   * has no other names.
   */
  boolean barsNew() {
    return switch (kind) {
      case IN_FOLDER, HIDDEN, WRITTEN -> false;
      case NAMED,
          LOOKS_THE_SAME,
          MAY_BE_THE_SAME,
          MAY_BE_MEANT,
          UNREADABLE,
          AROUND,
          PART,
          POOL,
          ELSEWHERE,
          OTHER_NAME,
          SILENT ->
          true;
    };
  }

  /** Whether it is certain that somebody has the file, or will have what is made there. */
  boolean isCertain() {
    return switch (kind) {
      case NAMED, AROUND, PART, POOL, LOOKS_THE_SAME, IN_FOLDER -> true;
      case MAY_BE_THE_SAME,
          MAY_BE_MEANT,
          UNREADABLE,
          ELSEWHERE,
          OTHER_NAME,
          SILENT,
          HIDDEN,
          WRITTEN ->
          false;
    };
  }

  /** What follows the name of the file in a sentence. */
  String words() {
    return switch (kind) {
      case NAMED -> "belongs to the domain %s of %s".formatted(domain, host);
      case AROUND -> "holds %s, which belongs to the domain %s of %s".formatted(name, domain, host);
      case PART ->
          "is a part of %s, which belongs to the domain %s of %s".formatted(name, domain, host);
      case POOL -> "holds the data of pool %s of %s".formatted(name, host);
      case IN_FOLDER ->
          "lies in %s, a folder that the domain %s of %s has".formatted(name, domain, host);
      case LOOKS_THE_SAME ->
          "looks like %s, which belongs to the domain %s of %s".formatted(name, domain, host);
      case MAY_BE_THE_SAME ->
          "may be %s, as no pool of %s shows both, and that belongs to the domain %s there"
              .formatted(name, host, domain);
      case MAY_BE_MEANT ->
          "may be what %s means, which nobody but QEMU understands, and that belongs to the domain %s of %s"
              .formatted(name, domain, host);
      case UNREADABLE ->
          domain == null
              ? "can't be read, so nobody can tell where its data is"
              : "may hold the data of %s, which can't be read and belongs to the domain %s of %s"
                  .formatted(name, domain, host);
      case ELSEWHERE -> "is not all of its image, which keeps its data in %s".formatted(name);
      case OTHER_NAME -> "looks like %s, one file of %s by two names".formatted(name, host);
      case SILENT -> "is shared with %s, which can't be asked whose it is".formatted(host);
      case HIDDEN ->
          "may have another name in pool %s of %s, which does not show what is in it"
              .formatted(name, host);
      case WRITTEN -> "is being written into on %s right now, by whomever".formatted(host);
    };
  }

  /** What a person can do; new times tell two files apart that were made at the same moment. */
  String remedy() {
    return switch (kind) {
      case LOOKS_THE_SAME, OTHER_NAME ->
          "touch it if it is a file of its own, or name another place in volumes";
      case NAMED,
          AROUND,
          PART,
          POOL,
          MAY_BE_THE_SAME,
          MAY_BE_MEANT,
          UNREADABLE,
          IN_FOLDER,
          ELSEWHERE,
          SILENT,
          HIDDEN,
          WRITTEN ->
          "free it, or name another place in volumes";
    };
  }
}
