package dev.virtferry.migration.run;

/** The service wants to stop while a migration is prepared; another run begins with it anew. */
final class RunStopped extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RunStopped() {
    super("The service stops");
  }
}
