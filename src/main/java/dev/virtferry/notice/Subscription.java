package dev.virtferry.notice;

/** A place in the feed; closing it again does nothing. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

  @Override
  void close();
}
