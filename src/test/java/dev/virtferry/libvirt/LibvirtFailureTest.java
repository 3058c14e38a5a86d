package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LibvirtFailureTest {

  /** Who is bound to a domain is told of that one. */
  @Test
  void tellsWhichWordsAreOfOthers() {
    assertThat(LibvirtFailure.ofSilentGuest().mayNameOthers()).isFalse();
    assertThat(LibvirtFailure.ofSilentGuests("kvm-a").mayNameOthers()).isTrue();
    assertThat(LibvirtFailure.ofSilentPool("images", "kvm-a").mayNameOthers()).isTrue();
    assertThat(LibvirtFailure.ofSilentPools("kvm-a").mayNameOthers()).isTrue();
    assertThat(new LibvirtFailure(1, 10, "no domain 'web'").mayNameOthers()).isFalse();
    assertThat(new LibvirtFailure(1, 10, "no domain 'web'").ofOthers().mayNameOthers()).isTrue();
  }

  @Test
  void isAboutASilentGuestWhoeverIsInTheWay() {
    assertThat(LibvirtFailure.ofSilentGuest().aboutSilentGuest()).isTrue();
    assertThat(LibvirtFailure.ofSilentGuests("kvm-a").aboutSilentGuest()).isTrue();
  }

  /** As virtproxyd says of a daemon behind it that was started anew, and as of one that is away. */
  @Test
  void knowsAConnectionThatCarriesNothingAnyMore() {
    assertThat(new LibvirtFailure(1, 7, "client socket is closed").brokeTheConnection()).isTrue();
    assertThat(new LibvirtFailure(38, 7, "Failed to connect socket").brokeTheConnection()).isTrue();
  }

  @Test
  void keepsAConnectionThatDidNotCarryOneMessage() {
    assertThat(new LibvirtFailure(39, 7, "Unable to encode message payload").brokeTheConnection())
        .isFalse();
    assertThat(new LibvirtFailure(1, 10, "internal error").brokeTheConnection()).isFalse();
  }
}
