package dev.virtferry.lab;

/** Where and when another hand comes into a migration. */
enum Spot {
  STORAGE_AT_SOURCE("STORAGE", true),
  STORAGE_AT_DESTINATION("STORAGE", false),
  MEMORY_AT_SOURCE("MEMORY", true),
  MEMORY_AT_DESTINATION("MEMORY", false),
  POST_COPY_AT_SOURCE("POST_COPY", true),
  POST_COPY_AT_DESTINATION("POST_COPY", false);

  private final String phase;
  private final boolean atSource;

  Spot(String phase, boolean atSource) {
    this.phase = phase;
    this.atSource = atSource;
  }

  String phase() {
    return phase;
  }

  boolean atSource() {
    return atSource;
  }

  String title() {
    return "%s, %s".formatted(phase, atSource ? "source" : "destination");
  }
}
