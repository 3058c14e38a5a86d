package dev.virtferry.disk;

/**
 * What a domain has, by its path where one is known.
 *
 * @param readOnly whether it only reads it
 */
record NamedPath(String path, Use use, boolean readOnly) {

  /** What is the domain's with it. */
  enum Use {
    /** The file itself, with what it leads to. */
    FILE,
    /** The file itself, whatever it looks like: a guest writes what it likes into a raw disk. */
    RAW,
    /** A volume of which nobody tells the path. */
    VOLUME,
    /** Whatever QEMU makes of it. */
    TEXT,
    /** Everything in it. */
    FOLDER,
    /** An image that can't be read, with whatever it may name in turn. */
    UNREADABLE
  }

  NamedPath(String path, boolean readOnly) {
    this(path, path.startsWith("/") ? Use.FILE : Use.TEXT, readOnly);
  }

  /** Whether it is a path of the host. */
  boolean isPath() {
    return switch (use) {
      case VOLUME, TEXT -> false;
      case FILE, RAW, FOLDER, UNREADABLE -> true;
    };
  }
}
