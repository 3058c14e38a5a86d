package dev.virtferry.migration.plan;

import static dev.virtferry.libvirt.MigrateFlag.LIVE;
import static dev.virtferry.libvirt.MigrateFlag.NON_SHARED_DISK;
import static dev.virtferry.libvirt.MigrateFlag.NON_SHARED_INC;
import static dev.virtferry.libvirt.MigrateFlag.PEER2PEER;
import static dev.virtferry.libvirt.MigrateFlag.PERSIST_DEST;
import static dev.virtferry.libvirt.MigrateFlag.UNDEFINE_SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.MigrateParameter;
import dev.virtferry.libvirt.TypedParameter;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import dev.virtferry.libvirt.TypedValue.Text;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.GivenMigration;
import dev.virtferry.migration.options.Compression;
import dev.virtferry.migration.options.Compression.Levels;
import dev.virtferry.migration.options.Compression.Method;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.MemoryOptions.AutoConverge;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallMappingTest {

  private static MigrateCall call(GivenMigration given) {
    return given.call();
  }

  private static MigrateCall call(
      GivenMigration given, Host destination, CallMapping.Definitions definitions) {
    return CallMapping.call(given.plan(), given.options(), destination, definitions);
  }

  @Test
  void mapsEachDiskOntoAParameterOfItsOwnInTheOrderOfTheRequest() {
    assertThat(call(new GivenMigration().copying("vdb", "vda", "vdc")).parameters())
        .containsExactly(
            new TypedParameter("migrate_disks", new Text("vdb")),
            new TypedParameter("migrate_disks", new Text("vda")),
            new TypedParameter("migrate_disks", new Text("vdc")));
  }

  @Test
  void mapsAThousandDisks() {
    String[] targets = IntStream.range(0, 1000).mapToObj(n -> "vd" + n).toArray(String[]::new);
    assertThat(call(new GivenMigration().copying(targets)).parameters().getAll("migrate_disks"))
        .extracting(TypedValue::value)
        .containsExactly((Object[]) targets);
  }

  @Test
  void makesThePlainCallWithoutDisks() {
    MigrateCall call = call(new GivenMigration());
    assertThat(call.parameters()).isEqualTo(TypedParameters.none());
    assertThat(call.flags()).containsExactly(LIVE, PEER2PEER, PERSIST_DEST, UNDEFINE_SOURCE);
  }

  @Test
  void sendsTheStorageFlagWithDisksOnly() {
    assertThat(call(new GivenMigration().copying("vda")).flags())
        .containsExactly(LIVE, PEER2PEER, PERSIST_DEST, UNDEFINE_SOURCE, NON_SHARED_DISK);
  }

  @Test
  void copiesOnlyTheOwnLayerWhenAskedTo() {
    GivenMigration given = new GivenMigration().copying("vda").by(CopyMode.INCREMENTAL);
    assertThat(call(given).flags()).contains(NON_SHARED_INC).doesNotContain(NON_SHARED_DISK);
  }

  @Test
  void leavesATransientDomainTransient() {
    GivenMigration given = new GivenMigration().persistent(false);
    assertThat(call(given).flags()).containsExactly(LIVE, PEER2PEER);
  }

  @Test
  void mapsTheBandwidthAndTellsTheDowntimeLater() {
    GivenMigration given =
        new GivenMigration().with(new GivenOptions().bandwidth(200).maxDowntime(300).build());
    assertThat(call(given).parameters())
        .containsExactly(new TypedParameter("bandwidth", new TypedValue.ULLong(200L)));
  }

  @Test
  void takesTheStreamsAddressesFromTheInventory() {
    var destination =
        new Host("kvm-b", "x", "qemu+tls://kvm-b/system", "tcp://10.0.0.2", "tcp://10.0.1.2:49152");
    assertThat(call(new GivenMigration().copying("vda").to(destination)).parameters())
        .containsExactly(
            new TypedParameter("migrate_disks", new Text("vda")),
            new TypedParameter("migrate_uri", new Text("tcp://10.0.0.2")),
            new TypedParameter("disks_uri", new Text("tcp://10.0.1.2:49152")));
    assertThat(call(new GivenMigration().to(destination)).parameters().get("disks_uri"))
        .as("there is no storage stream without disks")
        .isEmpty();
  }

  @Test
  void namesTheDomainByUuidAndTheDestinationByTheInventorysString() {
    MigrateCall call = call(new GivenMigration().copying("vda"));
    assertThat(call.domain()).isEqualTo(GivenMigration.GUEST);
    assertThat(call.destination()).isEqualTo("qemu+tls://kvm-b/system");
  }

  @Test
  void sendsBothDefinitionsWhenADiskMoves() {
    var definitions = new CallMapping.Definitions("<live/>", "<persistent/>");
    TypedParameters parameters =
        call(new GivenMigration().copying("vda"), GivenMigration.DESTINATION, definitions)
            .parameters();
    assertThat(parameters.get("destination_xml")).contains(new Text("<live/>"));
    assertThat(parameters.get("persistent_xml")).contains(new Text("<persistent/>"));
  }

  @Test
  void sendsNoPersistentDefinitionOfATransientDomain() {
    var definitions = new CallMapping.Definitions("<live/>", null);
    assertThat(
            call(new GivenMigration().copying("vda"), GivenMigration.DESTINATION, definitions)
                .parameters()
                .get("persistent_xml"))
        .isEmpty();
  }

  @Test
  void mapsSynchronousWritesOntoTheirFlag() {
    var options = new GivenOptions().synchronousWrites().build();
    assertThat(call(new GivenMigration().copying("vda").with(options)).flags())
        .contains(MigrateFlag.NON_SHARED_SYNCHRONOUS_WRITES);
  }

  @Test
  void mapsEachOptionOntoItsFlagOrParameter() {
    MigrateCall call =
        call(new GivenMigration().with(new GivenOptions().parallel(4).everythingElse().build()));
    assertThat(call.flags())
        .containsExactly(
            LIVE,
            PEER2PEER,
            PERSIST_DEST,
            UNDEFINE_SOURCE,
            MigrateFlag.ABORT_ON_ERROR,
            MigrateFlag.AUTO_CONVERGE,
            MigrateFlag.TLS,
            MigrateFlag.PARALLEL,
            MigrateFlag.ZEROCOPY);
    assertThat(call.parameters())
        .containsExactly(
            new TypedParameter("auto_converge.initial", new TypedValue.Int(20)),
            new TypedParameter("auto_converge.increment", new TypedValue.Int(10)),
            new TypedParameter("parallel.connections", new TypedValue.Int(4)),
            new TypedParameter("tls.destination", new Text("kvm-b.example")),
            new TypedParameter("destination_name", new Text("web-02")),
            new TypedParameter("listen_address", new Text("10.0.0.2")),
            new TypedParameter("disks_port", new TypedValue.Int(49_500)));
  }

  @Test
  void sendsOneParameterForEachMethodOfCompression() {
    var compression =
        new Compression(
            List.of(Method.XBZRLE, Method.MT), new Levels(1, 8, 2, 64L << 20, null, null));
    MigrateCall call =
        call(new GivenMigration().with(new GivenOptions().compression(compression).build()));
    assertThat(call.flags()).contains(MigrateFlag.COMPRESSED);
    assertThat(call.parameters())
        .containsExactly(
            new TypedParameter("compression", new Text("xbzrle")),
            new TypedParameter("compression", new Text("mt")),
            new TypedParameter("compression.mt.level", new TypedValue.Int(1)),
            new TypedParameter("compression.mt.threads", new TypedValue.Int(8)),
            new TypedParameter("compression.mt.dthreads", new TypedValue.Int(2)),
            new TypedParameter("compression.xbzrle.cache", new TypedValue.ULLong(64L << 20)));
  }

  @Test
  void mapsPostCopyAndItsBandwidth() {
    MigrateCall call = call(new GivenMigration().with(new GivenOptions().postCopy().build()));
    assertThat(call.flags()).contains(MigrateFlag.POSTCOPY);
    assertThat(call.parameters())
        .containsExactly(new TypedParameter("bandwidth.postcopy", new TypedValue.ULLong(500L)));
  }

  @ParameterizedTest
  @CsvSource({"true, true, true, true", "true, false, true, false", "false, false, false, false"})
  void keepsDefinitionsWhereItIsToldTo(
      boolean persist, boolean undefine, boolean there, boolean dropped) {
    var options = new GivenOptions().persist(persist, undefine).build();
    Set<MigrateFlag> flags = call(new GivenMigration().with(options)).flags();
    assertThat(flags.contains(PERSIST_DEST)).isEqualTo(there);
    assertThat(flags.contains(UNDEFINE_SOURCE)).isEqualTo(dropped);
  }

  @Test
  void sendsPausedOnceForAGuardAndAPausedStart() {
    var options = new GivenOptions().startPaused().guarded().build();
    GivenMigration given = new GivenMigration().with(options);
    assertThat(call(given).flags()).contains(MigrateFlag.PAUSED);
    assertThat(Arrival.of(given.accepted(Instant.EPOCH))).isEqualTo(Arrival.PAUSED);
  }

  /** Every option is said, also those that come later. */
  private static GivenMigration everything() {
    return new GivenMigration()
        .copying("vda")
        .unmapping("vda")
        .with(GivenOptions.each(CallMappingTest::said));
  }

  private static @Nullable Object said(RecordComponent option, @Nullable Object nothing) {
    return switch (option.getType().getSimpleName()) {
      case "boolean", "Boolean" -> true;
      case "Integer" -> 1;
      case "Long" -> 1L;
      case "String" -> "said";
      case "AutoConverge" -> new AutoConverge(20, 10);
      case "Compression" ->
          new Compression(List.of(Method.values()), new Levels(1, 8, 2, 64L << 20, 1, 2));
      default -> nothing;
    };
  }

  @Test
  void sendsEveryParameterOfTheListInItsOrder() {
    var destination = new Host("kvm-b", "x", "y", "tcp://10.0.0.2", "tcp://10.0.1.2:49152");
    var definitions = new CallMapping.Definitions("<live/>", "<persistent/>");
    assertThat(
            call(everything(), destination, definitions).parameters().stream()
                .map(TypedParameter::name)
                .distinct())
        .containsExactlyElementsOf(
            Stream.of(MigrateParameter.values()).map(MigrateParameter::nativeName).toList());
  }

  @Test
  void saysOfEachParameterAndFlagWhichOptionAsksForIt() {
    Set<String> options = new HashSet<>();
    GivenOptions.each((option, nothing) -> {
      options.add(option.getName());
      return nothing;
    });
    var mapping =
        new CallMapping(
            everything().plan(), everything().options(), GivenMigration.DESTINATION, null);
    assertThat(
            Stream.concat(
                    Stream.of(MigrateParameter.values()).map(mapping::wanted),
                    Stream.of(MigrateFlag.values()).map(mapping::wanted))
                .map(Wanted::option)
                .filter(Objects::nonNull))
        .isSubsetOf(options)
        .contains("detectZeroes", "bandwidthMiBps", "zeroCopy", "synchronousWrites", "compression");
  }
}
