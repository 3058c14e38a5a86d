package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.libvirt.Error;

/**
 * libvirt-java keeps its names in the order of libvirt's own numbers, and nothing else tells them.
 */
@SuppressWarnings("EnumOrdinal")
class ErrorNumberTest {

  @ParameterizedTest
  @EnumSource
  void isLibvirtsOwn(ErrorNumber number) {
    assertThat(Error.ErrorNumber.values()[number.code()].name())
        .isEqualTo("VIR_ERR_" + number.name());
  }

  @ParameterizedTest
  @EnumSource
  void isLibvirtsOwnPart(ErrorDomain part) {
    assertThat(Error.ErrorDomain.values()[part.code()].name()).isEqualTo("VIR_FROM_" + part.name());
  }

  @ParameterizedTest
  @EnumSource
  void isTheNumberOfAFailureWithItsCode(ErrorNumber number) {
    var failure = new LibvirtFailure(number.code(), 0, "x");
    assertThat(failure.number()).isEqualTo(number);
    assertThat(failure.is(number)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 2, 111, 1_000})
  void leavesANumberThatDecidesNothingANumber(int code) {
    var failure = new LibvirtFailure(code, 73, "x");
    assertThat(failure.number()).isNull();
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.domain()).isEqualTo(73);
  }

  @Test
  void isNotThatOfAFailureWithAnotherCode() {
    assertThat(new LibvirtFailure(42, 10, "x").is(ErrorNumber.NO_STORAGE_VOL)).isFalse();
    assertThat(new LibvirtFailure(42, 10, "x").isFrom(ErrorDomain.STORAGE)).isFalse();
  }
}
