package dev.virtferry;

import dev.virtferry.access.InvalidAccessConfiguration;
import dev.virtferry.host.InvalidInventory;
import dev.virtferry.libvirt.LibraryMissing;
import dev.virtferry.notice.InvalidWebhookConfiguration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Says in a sentence why the service did not start, instead of a stack trace. */
public final class StartFailures implements FailureAnalyzer {

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LibraryMissing) {
        return new FailureAnalysis(
            cause.getMessage() + ".",
            "Install it; on Debian or Ubuntu: apt-get install libvirt0",
            cause);
      }
      if (cause instanceof InvalidSetting) {
        return new FailureAnalysis(
            cause.getMessage(), "Correct it, or remove it; the README lists every setting.", cause);
      }
      if (cause instanceof InvalidInventory) {
        return new FailureAnalysis(
            cause.getMessage(), "Mend ferry.hosts in the configuration or the environment.", cause);
      }
      if (cause instanceof InvalidAccessConfiguration) {
        return new FailureAnalysis(
            cause.getMessage() + ".",
            "Configure ferry.access.tokens (java -jar virt-ferry.jar token makes one) or"
                + " ferry.access.jwt; or let it listen on loopback alone: SERVER_ADDRESS=127.0.0.1",
            cause);
      }
      if (cause instanceof InvalidWebhookConfiguration) {
        return new FailureAnalysis(
            cause.getMessage(),
            "Mend ferry.webhooks in the configuration or the environment.",
            cause);
      }
    }
    return null;
  }
}
