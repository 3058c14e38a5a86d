package dev.virtferry.disk;

/** An image as a guest sees it. */
@FunctionalInterface
interface GuestImage {

  /** Nothing but zeroes: what is beneath the lowest image. */
  GuestImage ZEROES = (_, into) -> java.util.Arrays.fill(into, (byte) 0);

  /** Fills the array with what the guest finds at the offset. */
  void read(long offset, byte[] into);
}
