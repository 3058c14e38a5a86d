package dev.virtferry.migration.run;

import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The native call that a run made itself.
 *
 * @param future ends with it; null when another run made the call, or may have made it
 */
record OwnCall(@Nullable CompletableFuture<Void> future) {

  static final OwnCall NONE = new OwnCall(null);

  boolean made() {
    return future != null;
  }

  boolean pending() {
    return future != null && !future.isDone();
  }

  /** Whether it has returned without an error. */
  boolean returned() {
    return future != null && future.isDone() && error() == null;
  }

  /** Whether libvirt ended it with an error, and not the connection to it. */
  boolean refused() {
    return error() instanceof LibvirtFailure failure && !failure.aboutTheConnection();
  }

  /**
   * Whether libvirt ended the migration that it began. Where it had no such domain when it was
   * called, it began none.
   */
  boolean failed() {
    return refused()
        && error() instanceof LibvirtFailure failure
        && !failure.is(ErrorNumber.NO_DOMAIN);
  }

  /** What it threw; null when it returned, has not returned yet, or was not made. */
  @Nullable Throwable error() {
    if (future == null || !future.isDone()) {
      return null;
    }
    try {
      future.join();
      return null;
    } catch (CompletionException e) {
      return e.getCause();
    } catch (CancellationException e) {
      return e;
    }
  }
}
