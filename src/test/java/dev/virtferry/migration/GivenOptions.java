package dev.virtferry.migration;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.migration.MigrationOptions.AutoConverge;
import org.jspecify.annotations.Nullable;

/** Options that say only what a test is about. */
public final class GivenOptions {

  private @Nullable Long bandwidthMiBps;
  private @Nullable Long maxDowntimeMillis;
  private SourceVolumes sourceVolumes = SourceVolumes.KEEP;
  private Overwrite overwrite = Overwrite.OWN;
  private BackingCheck verifyBacking = BackingCheck.SIZE;
  private boolean synchronousWrites;
  private boolean guardedSwitchover;
  private boolean postCopy;
  private boolean startPaused;
  private @Nullable String destinationName;
  private @Nullable Boolean persist;
  private @Nullable Boolean undefineSource;
  private @Nullable Integer parallelConnections;
  private @Nullable Compression compression;
  private boolean everythingElse;
  private @Nullable Timeout timeout;

  public GivenOptions bandwidth(long miBps) {
    bandwidthMiBps = miBps;
    return this;
  }

  public GivenOptions maxDowntime(long millis) {
    maxDowntimeMillis = millis;
    return this;
  }

  public GivenOptions deletingOriginals() {
    sourceVolumes = SourceVolumes.DELETE;
    return this;
  }

  public GivenOptions overwriting(Overwrite overwrite) {
    this.overwrite = overwrite;
    return this;
  }

  public GivenOptions named(String destinationName) {
    this.destinationName = destinationName;
    return this;
  }

  public GivenOptions verifyingContent() {
    verifyBacking = BackingCheck.CONTENT;
    return this;
  }

  public GivenOptions synchronousWrites() {
    synchronousWrites = true;
    return this;
  }

  public GivenOptions guarded() {
    guardedSwitchover = true;
    return this;
  }

  public GivenOptions postCopy() {
    postCopy = true;
    return this;
  }

  public GivenOptions startPaused() {
    startPaused = true;
    return this;
  }

  public GivenOptions persist(boolean there, boolean undefine) {
    persist = there;
    undefineSource = undefine;
    return this;
  }

  public GivenOptions parallel(int connections) {
    parallelConnections = connections;
    return this;
  }

  public GivenOptions compression(Compression compression) {
    this.compression = compression;
    return this;
  }

  /** Everything that is one flag or one parameter and excludes nothing. */
  public GivenOptions everythingElse() {
    everythingElse = true;
    return this;
  }

  public GivenOptions timeout(long seconds, LimitAction action) {
    timeout = new Timeout(seconds, action);
    return this;
  }

  public MigrationOptions build() {
    return new MigrationOptions(
        bandwidthMiBps,
        postCopy ? 500L : null,
        maxDowntimeMillis,
        everythingElse ? new AutoConverge(20, 10) : null,
        postCopy,
        parallelConnections,
        compression,
        everythingElse,
        everythingElse,
        everythingElse ? "kvm-b.example" : null,
        everythingElse ? "web-02" : destinationName,
        persist,
        undefineSource,
        startPaused,
        everythingElse,
        everythingElse ? "10.0.0.2" : null,
        everythingElse ? 49_500 : null,
        sourceVolumes,
        overwrite,
        verifyBacking,
        synchronousWrites,
        false,
        guardedSwitchover,
        timeout);
  }
}
