package dev.virtferry.disk.image;

/** An image as a guest sees it. */
@FunctionalInterface
public interface GuestImage {

  /** Nothing but zeroes: what is beneath the lowest image. */
  GuestImage ZEROES = (_, into) -> java.util.Arrays.fill(into, (byte) 0);

  /** Whether there is nothing but zeroes. */
  static boolean isZero(byte[] bytes) {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Fills the array with what the guest finds at the offset. */
  void read(long offset, byte[] into);
}
