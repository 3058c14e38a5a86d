package dev.virtferry.migration;

/** Another migration that has not ended copies into the image. */
public final class ImagePromised extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ImagePromised(String path) {
    super("Another migration that has not ended copies into %s".formatted(path));
  }
}
