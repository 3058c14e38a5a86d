package dev.virtferry.access.web;

/** Text of a client as it may be kept or logged: not without end. */
final class Shortened {

  private static final int LONGEST = 200;

  private Shortened() {}

  static String of(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
