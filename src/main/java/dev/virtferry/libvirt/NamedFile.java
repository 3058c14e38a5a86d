package dev.virtferry.libvirt;

/**
 * Something that a definition names and that may be a file of the host.
 *
 * @param place the elements that lead to it, without the root, such as os/nvram or
 *     devices/disk/source
 * @param type what the nearest element around it says as its {@code type}, such as file or unix;
 *     empty when none does
 * @param kind how it is named
 * @param name the path; of a volume its pool and name, such as images/web.raw; of a network source
 *     what its server calls it
 * @param format how its content is to be read, such as raw or qcow2; empty where that is not said
 * @param target of the disk that it is behind or beneath, such as vda; empty for what is no disk's,
 *     and where nobody asks for it
 * @param readOnly whether the domain only reads it, or connects to it, as far as that is said:
 *     read-only disks and folders, what is beneath an image, what a snapshot keeps, kernels, ROMs,
 *     and sockets that another one binds
 */
public record NamedFile(
    String place,
    String type,
    Kind kind,
    String name,
    String format,
    String target,
    boolean readOnly) {

  /** The {@link #format} of what is read as another one than raw, and in a part of the file. */
  public static final String SLICE = "slice";

  /** Of a definition that can't be had: every file of the host may be the domain's own. */
  public static final NamedFile ANY = new NamedFile("", "", Kind.FOLDER, "/");

  /** One of no disk. */
  public NamedFile(
      String place, String type, Kind kind, String name, String format, boolean readOnly) {
    this(place, type, kind, name, format, "", readOnly);
  }

  /** One of which nothing else is said. */
  public NamedFile(String place, String type, Kind kind, String name) {
    this(place, type, kind, name, "", false);
  }

  /** The same by the path that it has on a host. */
  public NamedFile at(String path) {
    return new NamedFile(place, type, Kind.PATH, path, format, target, readOnly);
  }

  /** Whether only a part of the file is the image, so that nobody here reads its header. */
  public boolean isSlice() {
    return format.equals(SLICE);
  }

  /** Whether it is beneath the image of a disk. */
  public boolean isBeneath() {
    return place.endsWith("/backingStore");
  }

  /** Whether it is read as it is, so that no header in it names anything. */
  public boolean isRaw() {
    return format.equals("raw");
  }

  /** How a definition names something. */
  public enum Kind {
    /** By an absolute path of the host, as it is written: not normalised, links not resolved. */
    PATH,
    /** As by {@code PATH}, and with everything that is in it. */
    FOLDER,
    /** By a storage pool of the host and a name in it. */
    VOLUME,
    /** By a name that a server of storage knows. */
    NETWORK
  }
}
