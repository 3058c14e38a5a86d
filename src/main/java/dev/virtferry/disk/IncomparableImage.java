package dev.virtferry.disk;

/** An image is of a kind whose content can't be read; the message goes on from "because". */
final class IncomparableImage extends RuntimeException {

  private static final long serialVersionUID = 1L;

  IncomparableImage(String why) {
    super(why);
  }
}
