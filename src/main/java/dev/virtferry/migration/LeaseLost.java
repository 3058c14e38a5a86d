package dev.virtferry.migration;

import java.util.Locale;

/** Another run carries the migration now; this one has to stop and touch nothing more. */
public final class LeaseLost extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LeaseLost(Lease lease) {
    super(
        String.format(
            Locale.ROOT,
            "Migration %s was taken over; epoch %d is past",
            lease.migration(),
            lease.epoch()));
  }
}
