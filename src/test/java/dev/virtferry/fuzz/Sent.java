package dev.virtferry.fuzz;

/**
 * A request as it goes over the wire.
 *
 * @param number which of its seed
 * @param kind what is wrong with it
 * @param text one character of it is one byte
 * @param credible whether it has a token that is good where one is asked for
 * @param framed whether its end can be told from its bytes; after others the connection is useless
 */
record Sent(long number, String kind, String text, boolean credible, boolean framed) {

  boolean head() {
    return text.startsWith("HEAD ");
  }
}
