package dev.virtferry.migration.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a migration has for one parameter or flag of the call.
 *
 * @param option the option of the request that asks for it, such as {@code bandwidthMiBps}; null
 *     when none does
 * @param sent a parameter's values, in order, or whether a flag is set
 */
record Wanted<T>(@Nullable String option, T sent) {

  /** What follows from the domain, its disks and the inventory, whatever the options say. */
  static <T> Wanted<T> given(T sent) {
    return new Wanted<>(null, sent);
  }

  /** An option with one value; null where it is left out. */
  static Wanted<List<?>> option(String option, @Nullable Object value) {
    return asked(option, value != null, one(value));
  }

  /** An option that is asked for without a value of its own here, or has many. */
  static Wanted<List<?>> asked(String option, boolean asked, List<?> values) {
    return new Wanted<>(asked ? option : null, values);
  }

  static Wanted<Boolean> flag(String option, boolean set) {
    return new Wanted<>(set ? option : null, set);
  }

  /** The value, or none. */
  static List<?> one(@Nullable Object value) {
    return value == null ? List.of() : List.of(value);
  }
}
