package dev.virtferry.libvirt;

/** libvirt's client library can't be loaded, so nothing can be done here. */
public final class LibraryMissing extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LibraryMissing(Throwable cause) {
    super("libvirt's client library (libvirt.so.0) can't be loaded", cause);
  }
}
