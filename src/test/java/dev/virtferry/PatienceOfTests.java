package dev.virtferry;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * How long tests wait for what has to come: a busy machine may take its time. Who asks real hosts
 * asks less often ({@code await.interval}, in milliseconds).
 */
public final class PatienceOfTests implements LauncherSessionListener {

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    // What a thread throws belongs to the test that made it, and others wait beside that.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
    Awaitility.setDefaultPollInterval(Duration.ofMillis(Long.getLong("await.interval", 100)));
  }
}
