package dev.virtferry.disk.image;

/** An image is of a kind whose content can't be read; the message goes on from "because". */
public final class IncomparableImage extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public IncomparableImage(String why) {
    super(why);
  }
}
