package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.HostUnreachable.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostUnreachableTest {

  @ParameterizedTest
  @CsvSource({
    "40, NO_TRUST", // VIR_ERR_GNUTLS_ERROR
    "45, NO_TRUST", // VIR_ERR_AUTH_FAILED
    "79, NO_TRUST", // VIR_ERR_AUTH_CANCELLED
    "94, NO_TRUST", // VIR_ERR_AUTH_UNAVAILABLE
    "38, NO_ANSWER", // VIR_ERR_SYSTEM_ERROR
    "1, NO_ANSWER" // VIR_ERR_INTERNAL_ERROR
  })
  void libvirtsNumbersTellWhetherItIsAMatterOfTrust(int code, Reason reason) {
    var unreachable = HostUnreachable.because("kvm-b", new LibvirtFailure(code, 7, "some words"));
    assertThat(unreachable.reason()).isEqualTo(reason);
    assertThat(unreachable)
        .hasMessageStartingWith("Host kvm-b is unreachable")
        .hasMessageEndingWith("some words");
  }
}
