package dev.virtferry.disk;

/** What stands at the place of a copy, before anything is written there. */
public enum DestinationImage {
  /** Nothing; the image is made. */
  ABSENT,
  /** An image that holds nothing yet, as {@code qemu-img create} leaves it. */
  EMPTY,
  /**
   * An image with data that virt-ferry knows as this domain's own: left there when it moved away,
   * or written by a migration of it that failed; and unchanged since.
   */
  OWN,
  /** An image with data, and virt-ferry does not know whose. */
  FOREIGN,
  /**
   * An image or a path that another domain has, or may, or that another migration writes; or an
   * image that keeps its data in other files, whose they are.
   */
  NAMED,
  /** It can't be told: no pool shows it, or it is a block device, which is always allocated. */
  UNKNOWN_CONTENT
}
