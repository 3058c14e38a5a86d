package dev.virtferry.disk;

import dev.virtferry.libvirt.StoragePool;

/** Where the image of a copied disk goes. */
sealed interface Place {

  /** A volume of a pool, there already or not. */
  record InPool(StoragePool pool, String name, String path, boolean moved) implements Place {}

  /** The path that it has at the source, into which no pool of the destination lets one look. */
  record Unseen() implements Place {}

  /**
   * It can't have the one that it is to have.
   *
   * @param pointer the field that is to blame
   */
  record None(String pointer, String why) implements Place {}
}
