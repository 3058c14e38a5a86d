package dev.virtferry.libvirt;

/** What is asked of a host, and for whom. Each lane has places that nobody else can take. */
enum Lane {
  /** The host and its domains. */
  READING(Errand.READING, 4),
  /** Pools and volumes. */
  READING_POOLS(Errand.READING, 4),
  /** What a guest's QEMU has to answer. */
  READING_GUESTS(Errand.READING, 8),
  /** The same for migrations. */
  CARRYING(Errand.CARRYING, 4),
  CARRYING_POOLS(Errand.CARRYING, 4),
  CARRYING_GUESTS(Errand.CARRYING, 4),
  FOLLOWING(Errand.FOLLOWING, 16),
  FOLLOWING_GUESTS(Errand.FOLLOWING, 64);

  private final Errand errand;
  private final int places;

  Lane(Errand errand, int places) {
    this.errand = errand;
    this.places = places;
  }

  Errand errand() {
    return errand;
  }

  /** How many of its calls are waited for at a time. */
  int places() {
    return places;
  }

  /** For what does not hang by itself. */
  static Lane of(Errand errand) {
    return switch (errand) {
      case READING -> READING;
      case CARRYING -> CARRYING;
      case FOLLOWING -> FOLLOWING;
    };
  }

  static Lane ofGuests(Errand errand) {
    return switch (errand) {
      case READING -> READING_GUESTS;
      case CARRYING -> CARRYING_GUESTS;
      case FOLLOWING -> FOLLOWING_GUESTS;
    };
  }

  /** Whoever only follows its domain asks no pool. */
  static Lane ofPools(Errand errand) {
    return switch (errand) {
      case READING -> READING_POOLS;
      case CARRYING, FOLLOWING -> CARRYING_POOLS;
    };
  }
}
