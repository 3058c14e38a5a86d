package dev.virtferry.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Locale;

/**
 * One {@code virTypedParameter}: a name and a value of one of seven types. A name may occur many
 * times in one call; see {@link TypedParameters}.
 */
public record TypedParameter(String name, TypedValue value) {

  /**
   * {@code VIR_TYPED_PARAM_FIELD_LENGTH}: what libvirt reserves for a name, its closing NUL too.
   */
  static final int FIELD_LENGTH = 80;

  public TypedParameter {
    int length = name.getBytes(UTF_8).length;
    if (length == 0 || length >= FIELD_LENGTH || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "A typed parameter's name has 1 to %d bytes and a NUL behind them; '%s' has %d",
              FIELD_LENGTH - 1,
              name,
              length));
    }
  }
}
