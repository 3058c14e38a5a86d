package dev.virtferry.migration;

/** Another run carries the migration now; this one has to stop and touch nothing more. */
public final class HoldLost extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public HoldLost(Hold hold) {
    super(
        "Migration %s was taken over; epoch %d is past".formatted(hold.migration(), hold.epoch()));
  }
}
