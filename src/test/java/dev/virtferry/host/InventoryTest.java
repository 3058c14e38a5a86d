package dev.virtferry.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InventoryTest {

  private static HostProperties.Row row(String name, String uri, @Nullable String peer) {
    return new HostProperties.Row(name, uri, peer, null, null);
  }

  private static Inventory inventory(HostProperties.Row... rows) {
    return new Inventory(new HostProperties(List.of(rows), List.of("tls")));
  }

  @Test
  void givesLibvirtTheOperatorsStringWhateverTheCallerWrote() {
    Inventory inventory = inventory(row("kvm-b", "qemu+tls://KVM-B:16514/system", null));
    assertThat(inventory.destination("QEMU+TLS://kvm-b/system"))
        .map(Host::peerUri)
        .contains("qemu+tls://KVM-B:16514/system");
  }

  @Test
  void letsTheOperatorReachAHostInAnotherWayThanItsPeers() {
    Inventory inventory =
        inventory(row("kvm-a", "qemu:///system?socket=/run/a", "qemu+tls://kvm-a/system"));
    assertThat(inventory.named("kvm-a")).map(Host::uri).contains("qemu:///system?socket=/run/a");
    assertThat(inventory.destination("qemu:///system?socket=/run/a")).isEmpty();
    assertThat(inventory.destination("qemu+tls://kvm-a/system")).isPresent();
  }

  @Test
  void keepsTheOrderOfTheConfiguration() {
    Inventory inventory =
        inventory(row("z", "qemu+tls://z/system", null), row("a", "qemu+tls://a/system", null));
    assertThat(inventory.all()).extracting(Host::name).containsExactly("z", "a");
    assertThat(inventory.named("x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qemu:///system",
        "qemu+tcp://kvm-a/system",
        "qemu+ssh://kvm-a/system",
        "qemu+tls://kvm-a/system?pkipath=/x",
        "qemu+tls://root@kvm-a/system"
      })
  void doesNotStartWithAPeerThatNobodyMayDial(String peer) {
    assertThatThrownBy(() -> inventory(row("kvm-a", "qemu:///system", peer)))
        .isInstanceOf(InvalidInventory.class)
        .hasMessageContaining("'kvm-a' needs a peer-uri")
        .hasMessageContaining(peer);
  }

  @Test
  void doesNotStartWithOneNameTwice() {
    assertThatThrownBy(() ->
            inventory(row("a", "qemu+tls://a/system", null), row("a", "qemu+tls://b/system", null)))
        .isInstanceOf(InvalidInventory.class)
        .hasMessage("ferry.hosts: the name 'a' occurs twice");
  }

  @Test
  void doesNotStartWithOnePeerTwiceHoweverItIsWritten() {
    assertThatThrownBy(() ->
            inventory(
                row("a", "qemu+tls://kvm/system", null),
                row("b", "qemu+tls://KVM:16514/system", null)))
        .isInstanceOf(InvalidInventory.class)
        .hasMessage("ferry.hosts: 'a' and 'b' have the same peer-uri");
  }
}
