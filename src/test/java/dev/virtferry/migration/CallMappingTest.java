package dev.virtferry.migration;

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
import dev.virtferry.libvirt.TypedParameter;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import dev.virtferry.libvirt.TypedValue.Text;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CallMappingTest {

  private static MigrateCall call(Order order) {
    return CallMapping.call(order, Orders.DESTINATION, null);
  }

  @Test
  void mapsEachDiskOntoAParameterOfItsOwnInTheOrderOfTheRequest() {
    assertThat(call(Orders.copying("vdb", "vda", "vdc")).parameters())
        .containsExactly(
            new TypedParameter("migrate_disks", new Text("vdb")),
            new TypedParameter("migrate_disks", new Text("vda")),
            new TypedParameter("migrate_disks", new Text("vdc")));
  }

  @Test
  void mapsAThousandDisks() {
    String[] targets = IntStream.range(0, 1000).mapToObj("vd%d"::formatted).toArray(String[]::new);
    assertThat(call(Orders.copying(targets)).parameters().getAll("migrate_disks"))
        .extracting(TypedValue::value)
        .containsExactly((Object[]) targets);
  }

  @Test
  void makesThePlainCallWithoutDisks() {
    MigrateCall call = call(Orders.copying());
    assertThat(call.parameters()).isEqualTo(TypedParameters.none());
    assertThat(call.flags()).containsExactly(LIVE, PEER2PEER, PERSIST_DEST, UNDEFINE_SOURCE);
  }

  @Test
  void sendsTheStorageFlagWithDisksOnly() {
    assertThat(call(Orders.copying("vda")).flags())
        .containsExactly(LIVE, PEER2PEER, PERSIST_DEST, UNDEFINE_SOURCE, NON_SHARED_DISK);
  }

  @Test
  void copiesOnlyTheOwnLayerWhenAskedTo() {
    Order order = Orders.of(CopyMode.INCREMENTAL, MigrationOptions.NONE, true, "vda");
    assertThat(call(order).flags()).contains(NON_SHARED_INC).doesNotContain(NON_SHARED_DISK);
  }

  @Test
  void leavesATransientDomainTransient() {
    Order order = Orders.of(null, MigrationOptions.NONE, false);
    assertThat(call(order).flags()).containsExactly(LIVE, PEER2PEER);
  }

  @Test
  void mapsTheBandwidthAndTellsTheDowntimeLater() {
    Order order = Orders.of(null, new GivenOptions().bandwidth(200).maxDowntime(300).build(), true);
    assertThat(call(order).parameters())
        .containsExactly(new TypedParameter("bandwidth", new TypedValue.ULLong(200L)));
  }

  @Test
  void takesTheStreamsAddressesFromTheInventory() {
    var destination =
        new Host("kvm-b", "x", "qemu+tls://kvm-b/system", "tcp://10.0.0.2", "tcp://10.0.1.2:49152");
    assertThat(CallMapping.call(Orders.copying("vda"), destination, null).parameters())
        .containsExactly(
            new TypedParameter("migrate_disks", new Text("vda")),
            new TypedParameter("migrate_uri", new Text("tcp://10.0.0.2")),
            new TypedParameter("disks_uri", new Text("tcp://10.0.1.2:49152")));
    assertThat(CallMapping.call(Orders.copying(), destination, null).parameters().get("disks_uri"))
        .as("there is no storage stream without disks")
        .isEmpty();
  }

  @Test
  void namesTheDomainByUuidAndTheDestinationByTheInventorysString() {
    MigrateCall call = call(Orders.copying("vda"));
    assertThat(call.domain()).isEqualTo(Orders.GUEST);
    assertThat(call.destination()).isEqualTo("qemu+tls://kvm-b/system");
  }

  @Test
  void sendsBothDefinitionsWhenADiskMoves() {
    var definitions = new CallMapping.Definitions("<live/>", "<persistent/>");
    TypedParameters parameters =
        CallMapping.call(Orders.copying("vda"), Orders.DESTINATION, definitions).parameters();
    assertThat(parameters.get("destination_xml")).contains(new Text("<live/>"));
    assertThat(parameters.get("persistent_xml")).contains(new Text("<persistent/>"));
  }

  @Test
  void sendsNoPersistentDefinitionOfATransientDomain() {
    var definitions = new CallMapping.Definitions("<live/>", null);
    assertThat(
            CallMapping.call(Orders.copying("vda"), Orders.DESTINATION, definitions)
                .parameters()
                .get("persistent_xml"))
        .isEmpty();
  }

  @Test
  void mapsSynchronousWritesOntoTheirFlag() {
    var options = new GivenOptions().synchronousWrites().build();
    assertThat(call(Orders.of(CopyMode.FULL, options, true, "vda")).flags())
        .contains(MigrateFlag.NON_SHARED_SYNCHRONOUS_WRITES);
  }
}
