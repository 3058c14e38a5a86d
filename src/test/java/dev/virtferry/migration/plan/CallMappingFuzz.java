package dev.virtferry.migration.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import dev.virtferry.migration.GivenMigration;
import dev.virtferry.migration.options.Compression;
import dev.virtferry.migration.options.Compression.Levels;
import dev.virtferry.migration.options.Compression.Method;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.MemoryOptions.AutoConverge;
import dev.virtferry.migration.options.MigrationOptions;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

/** Every migration that validation lets through, in any combination. */
@Tag("fuzz")
class CallMappingFuzz {

  @FuzzTest
  void namesEachDiskOnceAndInOrderWhateverElseIsAskedFor(FuzzedDataProvider data) {
    MigrationOptions options = options(data);
    boolean persistent = data.consumeBoolean();
    CopyMode mode = data.consumeBoolean() ? CopyMode.FULL : CopyMode.INCREMENTAL;
    List<String> targets =
        Stream.generate(() -> data.consumeString(80))
            .limit(data.consumeInt(0, 40))
            .distinct()
            .toList();
    MigrateCall call =
        new GivenMigration()
            .persistent(persistent)
            .copying(targets.toArray(String[]::new))
            .by(mode)
            .with(options)
            .call();
    TypedParameters parameters = call.parameters();

    assertThat(parameters.getAll("migrate_disks"))
        .isEqualTo(targets.stream().<TypedValue>map(TypedValue.Text::new).toList());
    assertThat(parameters.filter("migrate_disks").size()).isEqualTo(targets.size());
    assertThat(parameters.stream().limit(targets.size()).map(p -> p.name()))
        .containsOnly(targets.isEmpty() ? new String[0] : new String[] {"migrate_disks"});
    assertThat(parameters)
        .allSatisfy(p -> assertThat(p.name().getBytes(UTF_8)).hasSizeBetween(1, 79));
    storageFlagsFollowTheDisks(call, targets, mode);
    aResumptionCopiesNoDisk(call);
    Compression compression = options.memory().compression();
    assertThat(parameters.getAll("compression"))
        .hasSize(compression == null ? 0 : compression.methods().size());
  }

  private static void storageFlagsFollowTheDisks(
      MigrateCall call, List<String> targets, CopyMode mode) {
    assertThat(call.flags().contains(MigrateFlag.NON_SHARED_DISK))
        .isEqualTo(!targets.isEmpty() && mode == CopyMode.FULL);
    assertThat(call.flags().contains(MigrateFlag.NON_SHARED_INC))
        .isEqualTo(!targets.isEmpty() && mode == CopyMode.INCREMENTAL);
    assertThat(call.flags()).contains(MigrateFlag.LIVE, MigrateFlag.PEER2PEER);
  }

  private static void aResumptionCopiesNoDisk(MigrateCall call) {
    MigrateCall resumption = CallMapping.resumption(call);
    assertThat(resumption.parameters().getAll("migrate_disks")).isEmpty();
    assertThat(resumption.flags())
        .contains(MigrateFlag.POSTCOPY_RESUME)
        .doesNotContain(MigrateFlag.NON_SHARED_DISK, MigrateFlag.NON_SHARED_INC);
  }

  private static MigrationOptions options(FuzzedDataProvider data) {
    return GivenOptions.each((option, _) -> value(option, data));
  }

  private static @Nullable Object value(RecordComponent option, FuzzedDataProvider data) {
    Class<?> type = option.getType();
    if (type.isEnum()) {
      return data.pickValue(type.getEnumConstants());
    }
    return switch (type.getSimpleName()) {
      case "boolean" -> data.consumeBoolean();
      case "Boolean" -> maybe(data);
      case "Integer" -> small(data, option.getName().equals("disksPort") ? 65_535 : 255);
      case "Long" -> number(data, 1_048_576);
      case "String" -> text(data);
      case "AutoConverge" ->
          data.consumeBoolean() ? new AutoConverge(small(data, 99), small(data, 99)) : null;
      case "Compression" -> data.consumeBoolean() ? compression(data) : null;
      case "Timeout" -> null;
      default -> throw new IllegalStateException("How is a " + type + " made?");
    };
  }

  private static Compression compression(FuzzedDataProvider data) {
    List<Method> methods =
        Stream.generate(() -> data.pickValue(Method.values()))
            .limit(data.consumeInt(1, 4))
            .toList();
    return new Compression(
        methods,
        data.consumeBoolean()
            ? new Levels(
                small(data, 9),
                small(data, 255),
                small(data, 255),
                number(data, Long.MAX_VALUE),
                small(data, 9),
                small(data, 20))
            : null);
  }

  private static @Nullable Long number(FuzzedDataProvider data, long most) {
    return data.consumeBoolean() ? data.consumeLong(1, most) : null;
  }

  private static @Nullable Integer small(FuzzedDataProvider data, int most) {
    return data.consumeBoolean() ? data.consumeInt(1, most) : null;
  }

  private static @Nullable Boolean maybe(FuzzedDataProvider data) {
    return data.consumeBoolean() ? data.consumeBoolean() : null;
  }

  private static @Nullable String text(FuzzedDataProvider data) {
    return data.consumeBoolean() ? data.consumeString(255) : null;
  }
}
