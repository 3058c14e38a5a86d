package dev.virtferry.fuzz;

/**
 * What came back.
 *
 * @param status 0 when the connection was closed without a word, or without a status line
 */
record Answer(int status, String contentType, String body) {

  static final Answer NONE = new Answer(0, "", "");
}
