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
}
