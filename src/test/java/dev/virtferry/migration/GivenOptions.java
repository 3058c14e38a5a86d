package dev.virtferry.migration;

import dev.virtferry.disk.BackingCheck;
import org.jspecify.annotations.Nullable;

/** Options that say only what a test is about. */
final class GivenOptions {

  private @Nullable Long bandwidthMiBps;
  private @Nullable Long maxDowntimeMillis;
  private SourceVolumes sourceVolumes = SourceVolumes.KEEP;
  private BackingCheck verifyBacking = BackingCheck.SIZE;
  private boolean synchronousWrites;
  private boolean guardedSwitchover;
  private boolean postCopy;
  private @Nullable Timeout timeout;

  GivenOptions bandwidth(long miBps) {
    bandwidthMiBps = miBps;
    return this;
  }

  GivenOptions maxDowntime(long millis) {
    maxDowntimeMillis = millis;
    return this;
  }

  GivenOptions deletingOriginals() {
    sourceVolumes = SourceVolumes.DELETE;
    return this;
  }

  GivenOptions verifyingContent() {
    verifyBacking = BackingCheck.CONTENT;
    return this;
  }

  GivenOptions synchronousWrites() {
    synchronousWrites = true;
    return this;
  }

  GivenOptions guarded() {
    guardedSwitchover = true;
    return this;
  }

  GivenOptions postCopy() {
    postCopy = true;
    return this;
  }

  GivenOptions timeout(long seconds, LimitAction action) {
    timeout = new Timeout(seconds, action);
    return this;
  }

  MigrationOptions build() {
    return new MigrationOptions(
        bandwidthMiBps,
        maxDowntimeMillis,
        sourceVolumes,
        verifyBacking,
        synchronousWrites,
        false,
        guardedSwitchover,
        postCopy,
        timeout);
  }
}
