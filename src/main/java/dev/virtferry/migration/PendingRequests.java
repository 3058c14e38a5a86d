package dev.virtferry.migration;

import org.jspecify.annotations.Nullable;

/**
 * What clients asked of a running job and the run has to do yet.
 *
 * @param completion how the memory copy is to be brought to its end; null when it was not asked for
 * @param resumption whether a post-copy whose link was lost is to go on
 */
record PendingRequests(@Nullable Completion completion, boolean resumption) {

  static final PendingRequests NONE = new PendingRequests(null, false);

  PendingRequests with(Completion completion) {
    return new PendingRequests(completion, resumption);
  }

  PendingRequests withResumption(boolean resumption) {
    return new PendingRequests(completion, resumption);
  }
}
