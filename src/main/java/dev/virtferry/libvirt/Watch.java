package dev.virtferry.libvirt;

/** Somebody who hears the news of a domain, until it is closed. */
@FunctionalInterface
public interface Watch extends AutoCloseable {

  /** Hears nothing more, but for what is being told right now. */
  @Override
  void close();
}
