package dev.virtferry.migration;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.migration.options.MigrationOptions;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What tests ask for: a domain goes to kvm-b, and what is not said is left open. */
public final class GivenSpec {

  private final String domain;
  private @Nullable List<String> disks;
  private @Nullable CopyMode copy;
  private Map<String, VolumeWish> volumes = Map.of();
  private @Nullable String source;
  private MigrationOptions options = MigrationOptions.NONE;

  public GivenSpec(String domain) {
    this.domain = domain;
  }

  public GivenSpec copying(String... targets) {
    disks = List.of(targets);
    return this;
  }

  public GivenSpec by(CopyMode mode) {
    copy = mode;
    return this;
  }

  /** Where copies go that do not keep their place. */
  public GivenSpec placing(Map<String, VolumeWish> places) {
    volumes = places;
    return this;
  }

  public GivenSpec placing(String target, String pool, String name) {
    return placing(Map.of(target, new VolumeWish(pool, name)));
  }

  public GivenSpec from(String host) {
    source = host;
    return this;
  }

  public GivenSpec with(MigrationOptions all) {
    options = all;
    return this;
  }

  public MigrationSpec build() {
    return new MigrationSpec(
        domain,
        GivenMigration.DESTINATION.peerUri(),
        disks,
        copy,
        volumes,
        source,
        5,
        options,
        null);
  }
}
