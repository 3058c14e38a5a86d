package dev.virtferry.libvirt;

/** Who waits for a host's answer. Each has places that nobody else can take. */
enum Lane {
  /** Whoever reads hosts and domains, or plans. */
  READING(4),
  /** Whoever reads or makes volumes: pools whose file systems hang take no other place. */
  STORAGE(4),
  /** The same, where a guest's QEMU is asked and may never answer. */
  READING_GUESTS(8),
  /** A migration under way: where its guest is, and what it is told to do. */
  FOLLOWING(16),
  /** The same, where the guest's QEMU is asked. */
  FOLLOWING_GUESTS(64);

  private final int places;

  Lane(int places) {
    this.places = places;
  }

  /** How many of its calls run at a time. */
  int places() {
    return places;
  }
}
