package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NativeParametersTest {

  @Test
  void givesLibvirtOneElementForEachValueWithItsTypeAndName() {
    org.libvirt.TypedParameter[] given =
        NativeParameters.of(
            TypedParameters.builder()
                .addAll("migrate_disks", List.of("vda", "vdb"))
                .add("i", new TypedValue.Int(-5))
                .add("u", new TypedValue.UInt(4_294_967_295L))
                .add("l", new TypedValue.LLong(-6L))
                .add("ul", new TypedValue.ULLong(7L))
                .add("d", new TypedValue.Real(1.5))
                .add("b", new TypedValue.Bool(true))
                .build());

    assertThat(Stream.of(given).map(p -> p.field))
        .containsExactly("migrate_disks", "migrate_disks", "i", "u", "l", "ul", "d", "b");
    assertThat(Stream.of(given).map(org.libvirt.TypedParameter::getTypeAsString))
        .containsExactly(
            "VIR_TYPED_PARAM_STRING",
            "VIR_TYPED_PARAM_STRING",
            "VIR_TYPED_PARAM_INT",
            "VIR_TYPED_PARAM_UINT",
            "VIR_TYPED_PARAM_LLONG",
            "VIR_TYPED_PARAM_ULLONG",
            "VIR_TYPED_PARAM_DOUBLE",
            "VIR_TYPED_PARAM_BOOLEAN");
    assertThat(Stream.of(given).map(org.libvirt.TypedParameter::getValueAsString).limit(2))
        .containsExactly("vda", "vdb");
    assertThat(((org.libvirt.TypedUintParameter) given[3]).value)
        .as("the same 32 bits, as Java has no unsigned int")
        .isEqualTo(-1);
  }

  @Test
  void givesAnEmptyArrayForNoParameters() {
    assertThat(NativeParameters.of(TypedParameters.none())).isEmpty();
  }
}
