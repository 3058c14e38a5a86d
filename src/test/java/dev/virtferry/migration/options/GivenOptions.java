package dev.virtferry.migration.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.migration.options.MemoryOptions.AutoConverge;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Options that say only what a test is about. A new option needs nothing here: {@link #with} says
 * it by its name.
 */
public final class GivenOptions {

  private final Map<String, Object> said = new HashMap<>();

  /** Says one option by its name in JSON, in its own type. */
  public GivenOptions with(String option, Object value) {
    said.put(option, value);
    return this;
  }

  public GivenOptions bandwidth(long miBps) {
    return with("bandwidthMiBps", miBps);
  }

  public GivenOptions maxDowntime(long millis) {
    return with("maxDowntimeMillis", millis);
  }

  public GivenOptions deletingOriginals() {
    return with("sourceVolumes", SourceVolumes.DELETE);
  }

  public GivenOptions overwriting(Overwrite overwrite) {
    return with("overwrite", overwrite);
  }

  public GivenOptions named(String destinationName) {
    return with("destinationName", destinationName);
  }

  public GivenOptions verifyingContent() {
    return with("verifyBacking", BackingCheck.CONTENT);
  }

  public GivenOptions synchronousWrites() {
    return with("synchronousWrites", true);
  }

  public GivenOptions guarded() {
    return with("guardedSwitchover", true);
  }

  public GivenOptions postCopy() {
    return with("postCopy", true).with("bandwidthPostCopyMiBps", 500L);
  }

  public GivenOptions startPaused() {
    return with("startPaused", true);
  }

  public GivenOptions persist(boolean there, boolean undefine) {
    return with("persist", there).with("undefineSource", undefine);
  }

  public GivenOptions parallel(int connections) {
    return with("parallelConnections", connections);
  }

  public GivenOptions compression(Compression compression) {
    return with("compression", compression);
  }

  /** Everything that is one flag or one parameter and excludes nothing. */
  public GivenOptions everythingElse() {
    return with("autoConverge", new AutoConverge(20, 10))
        .with("zeroCopy", true)
        .with("tls", true)
        .with("tlsDestination", "kvm-b.example")
        .with("destinationName", "web-02")
        .with("abortOnIoError", true)
        .with("listenAddress", "10.0.0.2")
        .with("disksPort", 49_500);
  }

  public GivenOptions timeout(long seconds, LimitAction action) {
    return with("timeout", new Timeout(seconds, action));
  }

  public MigrationOptions build() {
    Set<String> unknown = new HashSet<>(said.keySet());
    MigrationOptions built =
        each((option, nothing) -> {
          unknown.remove(option.getName());
          return said.getOrDefault(option.getName(), nothing);
        });
    assertThat(unknown).as("no such options").isEmpty();
    return built;
  }

  /**
   * Options of which each is what {@code value} makes of it and of what it is where nothing is
   * said.
   */
  public static MigrationOptions each(
      BiFunction<RecordComponent, @Nullable Object, @Nullable Object> value) {
    return (MigrationOptions) filled(MigrationOptions.NONE, value);
  }

  private static Record filled(
      Record nothing, BiFunction<RecordComponent, @Nullable Object, @Nullable Object> value) {
    RecordComponent[] parts = nothing.getClass().getRecordComponents();
    Class<?>[] types = Stream.of(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values = new Object[parts.length];
    try {
      for (int i = 0; i < parts.length; i++) {
        Object none = parts[i].getAccessor().invoke(nothing);
        values[i] =
            none instanceof OptionGroup
                ? filled((Record) none, value)
                : value.apply(parts[i], none);
      }
      return nothing.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
