package dev.virtferry.access.web;

/** Text of a client as it may stand in a log: on one line, and not without end. */
final class Printable {

  private static final int LONGEST = 200;

  private Printable() {}

  static String of(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
