package dev.virtferry.definition;

/** What a definition may say of a disk beside its image, as libvirt's words, and where. */
enum Trait {
  READ_ONLY(Place.DISK, "<readonly/>"),
  SHAREABLE(Place.DISK, "<shareable/>"),
  TRANSIENT(Place.DISK, "<transient/>"),
  SERIAL(Place.DISK, "<serial>S 1</serial>"),
  THROTTLED(Place.DISK, "<iotune><total_iops_sec>5000</total_iops_sec></iotune>"),
  BLOCKS(Place.DISK, "<blockio logical_block_size='512' physical_block_size='4096'/>"),
  WWN(Place.DISK, "<wwn>5000c50015ea71ac</wwn>"),
  PRODUCT(Place.DISK, "<vendor>Ferry</vendor><product>A disk</product>"),
  UNMAP(Place.DRIVER, " discard='unmap'"),
  ZEROES(Place.DRIVER, " detect_zeroes='on'"),
  NATIVE(Place.DRIVER, " io='native'"),
  THREADS(Place.DRIVER, " io='threads'"),
  STOPS(Place.DRIVER, " error_policy='stop'"),
  WERROR(Place.DRIVER, " error_policy='enospace' rerror_policy='report'"),
  READ_COPIES(Place.DRIVER, " copy_on_read='on'"),
  REMOVABLE(Place.TARGET, " removable='on'"),
  ROTATING(Place.TARGET, " rotation_rate='7200'"),
  OPEN_TRAY(Place.TARGET, " tray='open'"),
  OPTIONAL(Place.SOURCE, " startupPolicy='optional'");

  /** Whose attribute it is; an element of the disk otherwise. */
  enum Place {
    DISK,
    DRIVER,
    TARGET,
    SOURCE
  }

  private final Place place;
  private final String words;

  Trait(Place place, String words) {
    this.place = place;
    this.words = words;
  }

  Place place() {
    return place;
  }

  String words() {
    return words;
  }
}
