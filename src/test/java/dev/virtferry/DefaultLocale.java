package dev.virtferry;

import java.util.List;
import java.util.Locale;

/** What services that a test starts are told, so that they have the default locale of the test. */
public final class DefaultLocale {

  private DefaultLocale() {}

  public static List<String> settings() {
    Locale locale = Locale.getDefault();
    return List.of(
        "-Duser.language=" + locale.getLanguage(), "-Duser.country=" + locale.getCountry());
  }
}
