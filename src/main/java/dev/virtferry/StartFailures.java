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
      @Nullable String remedy = remedy(cause);
      if (remedy != null) {
        return new FailureAnalysis(sentence(String.valueOf(cause.getMessage())), remedy, cause);
      }
    }
    return null;
  }

  private static @Nullable String remedy(Throwable cause) {
    return switch (cause) {
      case LibraryMissing _ -> "Install it; on Debian or Ubuntu: apt-get install libvirt0";
      case InvalidSetting _ -> "Correct it, or remove it; the README lists every setting.";
      case InvalidInventory _ -> "Mend ferry.hosts in the configuration or the environment.";
      case InvalidAccessConfiguration _ ->
          "Configure ferry.access.tokens (java -jar virt-ferry.jar token makes one) or"
              + " ferry.access.jwt; or let it listen on loopback alone: SERVER_ADDRESS=127.0.0.1";
      case InvalidWebhookConfiguration _ ->
          "Mend ferry.webhooks in the configuration or the environment.";
      default -> null;
    };
  }

  private static String sentence(String words) {
    return words.endsWith(".") ? words : words + ".";
  }
}
