package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.Asker;

/**
 * Who waits for a host's answer. Each has places that nobody else can take. All that hang together
 * leave the daemon some of its twenty workers.
 */
enum Lane {
  /** Whoever reads hosts and domains, or plans. */
  READING(4, 4),
  /** The same for a migration that was accepted, so that no reader can keep it waiting. */
  PREPARING(4, 2),
  /** Whether a domain answers, before anybody looks it up. */
  SENTRIES(3, 0),
  /** The list of all domains for those who ask that. */
  POSTING(1, 0),
  /** Whoever reads or makes volumes: pools whose file systems hang take no other place. */
  STORAGE(3, 3),
  /** Whoever reads, where a guest's QEMU is asked and may never answer. */
  READING_GUESTS(4, 8),
  /** A migration under way: where its guest is, and what it is told to do. */
  FOLLOWING(16, 0),
  /** The same, where the guest's QEMU is asked. */
  FOLLOWING_GUESTS(64, 0);

  private final int places;
  private final int reserve;

  Lane(int places, int reserve) {
    this.places = places;
    this.reserve = reserve;
  }

  /** What is asked of a host now, for whomever this thread asks. */
  static Lane reading() {
    return Asker.present().equals(Asker.MIGRATION) ? PREPARING : READING;
  }

  /** The same of a guest's QEMU. */
  static Lane readingGuests() {
    return Asker.present().equals(Asker.MIGRATION) ? FOLLOWING_GUESTS : READING_GUESTS;
  }

  /** How many of its calls run at a time, but for those that hang. */
  int places() {
    return places;
  }

  /** So many of its calls run at a time, and so many more may hang beside them. */
  Places opened() {
    return new Places(places, reserve);
  }
}
