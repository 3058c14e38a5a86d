package dev.virtferry.migration;

import org.jspecify.annotations.Nullable;

/**
 * What clients asked of a running job and the run has to do yet.
 *
 * @param completion how the memory copy is to be brought to its end; null when it was not asked for
 * @param resumption whether a post-copy whose link was lost is to go on
 */
record Wishes(@Nullable Completion completion, boolean resumption) {

  static final Wishes NONE = new Wishes(null, false);

  Wishes with(Completion completion) {
    return new Wishes(completion, resumption);
  }

  Wishes withResumption(boolean resumption) {
    return new Wishes(completion, resumption);
  }
}
