package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.Relocation.Copy;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a later plan may do for a disk whose first plan was accepted: the same, or less. */
class AcceptedVolumesTest {

  private static final VolumeSpec VOLUME = volume("images", "vda.raw", "raw", null);

  private static VolumeSpec volume(
      String pool, String name, String format, @Nullable Backing backing) {
    return new VolumeSpec(pool, name, format, 64 * MIB, null, null, backing);
  }

  private static VolumePlan plan(
      Action action, String path, long bytes, @Nullable VolumeSpec volume) {
    return plan(action, path, bytes, volume, null);
  }

  private static VolumePlan plan(
      Action action,
      String path,
      long bytes,
      @Nullable VolumeSpec volume,
      @Nullable DestinationImage found) {
    return new VolumePlan(
        "vda", action, path, true, bytes, bytes, volume, 0L, List.of(), null, List.of(), null,
        found, null, null, null);
  }

  private static VolumePlan replacing() {
    return new VolumePlan(
        "vda",
        Action.CREATE,
        "/srv/vda.raw",
        true,
        64 * MIB,
        64 * MIB,
        VOLUME,
        0L,
        List.of(),
        null,
        List.of(),
        null,
        DestinationImage.OWN,
        new VolumeMark("qcow2", 64 * MIB, MIB, null, null),
        null,
        null);
  }

  /** What is replaced is lost as if it were written over. */
  @ParameterizedTest
  @CsvSource({"CREATE, false", "REUSE, true", "EXPECT, true"})
  void replacesAnImageOnlyWhereOneWasToBeWrittenOver(Action accepted, boolean goes) {
    assertThat(replacing().beyond(plan(accepted)).isEmpty()).isEqualTo(goes);
    assertThat(replacing().beyond(replacing())).isEmpty();
    assertThat(plan(Action.CREATE).beyond(replacing())).isEmpty();
  }

  private static VolumePlan from(@Nullable String from, @Nullable Original original) {
    return new VolumePlan(
        "vda",
        Action.EXPECT,
        "/b",
        true,
        1,
        1,
        null,
        null,
        List.of(),
        original,
        List.of(),
        from,
        null,
        null,
        null,
        null);
  }

  /** For its next start the guest may have another image than the one that is copied. */
  @Test
  void onlyADiskOfTheImageThatIsCopiedIsDefinedAnewForTheNextStart() {
    var original = new Original("images", "v", "/srv/v", null);
    assertThat(from("/srv/v", original).defined(Definition.PERSISTENT))
        .isEqualTo(new Copy(List.of("/srv/v", "/srv/v", "images/v"), "/b"));
    assertThat(from("/srv/v", null).defined(Definition.PERSISTENT))
        .isEqualTo(new Copy(List.of("/srv/v"), "/b"));
    assertThat(from("/srv/v", original).defined(Definition.LIVE))
        .as("it runs on the one that is copied")
        .isEqualTo(new Copy(List.of(), "/b"));
    assertThat(from(null, original).defined(Definition.PERSISTENT))
        .as("of an older version")
        .isEqualTo(new Copy(List.of(), "/b"));
  }

  private static VolumePlan plan(Action action) {
    return plan(action, "/srv/vda.raw", 64 * MIB, action == Action.EXPECT ? null : VOLUME);
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE, CREATE, true",
    "CREATE, REUSE, false",
    "CREATE, EXPECT, false",
    "REUSE, CREATE, true",
    "REUSE, REUSE, true",
    "REUSE, EXPECT, false",
    "EXPECT, CREATE, true",
    "EXPECT, REUSE, true",
    "EXPECT, EXPECT, true"
  })
  void nothingIsOverwrittenThatWasNotToBe(Action accepted, Action now, boolean within) {
    assertThat(plan(now).beyond(plan(accepted)).isEmpty()).isEqualTo(within);
  }

  @ParameterizedTest
  @CsvSource({"CREATE, CREATE", "REUSE, REUSE", "EXPECT, EXPECT", "EXPECT, CREATE"})
  void noOtherPathIsWrittenTo(Action accepted, Action now) {
    VolumePlan elsewhere = plan(now, "/srv/other.raw", 64 * MIB, plan(now).volume());
    assertThat(elsewhere.beyond(plan(accepted)))
        .hasValueSatisfying(words -> assertThat(words).contains("/srv/vda.raw", "/srv/other.raw"));
  }

  /** Whatever may be written over, what was harmless is not to have become data. */
  @Test
  void noDataIsOverwrittenThatWasNotThereBefore() {
    List<String> beyond = new ArrayList<>();
    for (DestinationImage accepted : DestinationImage.values()) {
      for (DestinationImage now : DestinationImage.values()) {
        if (reusing(now).beyond(reusing(accepted)).isPresent()) {
          beyond.add(accepted + " " + now);
        }
      }
      assertThat(reusing(accepted).beyond(reusing(null))).as("of an older version").isEmpty();
    }
    assertThat(beyond)
        .containsExactly(
            "ABSENT FOREIGN",
            "ABSENT NAMED",
            "ABSENT UNKNOWN_CONTENT",
            "EMPTY FOREIGN",
            "EMPTY NAMED",
            "EMPTY UNKNOWN_CONTENT",
            "OWN FOREIGN",
            "OWN NAMED",
            "OWN UNKNOWN_CONTENT");
  }

  private static VolumePlan reusing(@Nullable DestinationImage found) {
    return plan(Action.REUSE, "/srv/vda.raw", 64 * MIB, VOLUME, found);
  }

  @Test
  void noOtherVolumeIsMadeOrOverwritten() {
    List<VolumeSpec> others =
        List.of(
            volume("fast", "vda.raw", "raw", null),
            volume("images", "other.raw", "raw", null),
            volume("images", "vda.raw", "qcow2", null),
            volume("images", "vda.raw", "raw", new Backing("/srv/base.raw", "raw")));
    for (VolumeSpec other : others) {
      for (Action action : List.of(Action.CREATE, Action.REUSE)) {
        assertThat(plan(action, "/srv/vda.raw", 64 * MIB, other).beyond(plan(action)))
            .as("%s %s", action, other)
            .isPresent();
      }
    }
  }

  @Test
  void aDiskThatGrewIsStillMadeButNoImageOfAnotherSizeIsOverwritten() {
    VolumePlan made = plan(Action.CREATE, "/srv/vda.raw", 65 * MIB, VOLUME);
    VolumePlan reused = plan(Action.REUSE, "/srv/vda.raw", 65 * MIB, VOLUME);
    assertThat(made.beyond(plan(Action.CREATE))).isEqualTo(Optional.empty());
    assertThat(reused.beyond(plan(Action.REUSE))).isPresent();
  }
}
