package dev.virtferry.libvirt;

/**
 * What stands in the way of a domain's migration, or may.
 *
 * @param words a sentence that names what is to blame, and what helps
 */
public record Hindrance(Weight weight, String words) {

  /** What comes of it. */
  public enum Weight {
    /** libvirt migrates it already, and whoever waits for that migration can try again. */
    MIGRATING,
    /** libvirt, or its QEMU, refuses to migrate the domain like this; or data would be lost. */
    REFUSED,
    /** It depends on what can't be read before. */
    UNKNOWN
  }

  public static Hindrance refused(String words) {
    return new Hindrance(Weight.REFUSED, words);
  }

  public static Hindrance unknown(String words) {
    return new Hindrance(Weight.UNKNOWN, words);
  }

  /** libvirt's own job moves the domain already. */
  public static Hindrance migrating() {
    return new Hindrance(
        Weight.MIGRATING,
        "libvirt migrates it already, by somebody else's hand; wait for the end of that (virsh"
            + " domjobinfo), or abort it.");
  }
}
