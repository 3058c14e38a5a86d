package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.libvirt.TypedValue.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypedParametersTest {

  private static final TypedParameters TWO_DISKS =
      TypedParameters.builder()
          .add("bandwidth", new TypedValue.ULLong(200L))
          .addAll("migrate_disks", List.of("vdb", "vda"))
          .add("migrate_uri", "tcp://10.0.0.2")
          .build();

  @Test
  void keepsRepeatedNamesInTheOrderInWhichTheyCame() {
    assertThat(TWO_DISKS.stream().map(TypedParameter::name))
        .containsExactly("bandwidth", "migrate_disks", "migrate_disks", "migrate_uri");
    assertThat(TWO_DISKS.getAll("migrate_disks")).containsExactly(new Text("vdb"), new Text("vda"));
  }

  @Test
  void getsTheFirstValueOfAName() {
    assertThat(TWO_DISKS.get("migrate_disks")).contains(new Text("vdb"));
    assertThat(TWO_DISKS.get("bandwidth")).contains(new TypedValue.ULLong(200L));
  }

  @Test
  void hasNothingForANameThatIsAbsent() {
    assertThat(TWO_DISKS.get("disks_uri")).isEmpty();
    assertThat(TWO_DISKS.getAll("disks_uri")).isEmpty();
    assertThat(TWO_DISKS.filter("disks_uri")).isEmpty();
  }

  @Test
  void filtersOneNameWithItsOrder() {
    TypedParameters disks = TWO_DISKS.filter("migrate_disks");
    assertThat(disks.size()).isEqualTo(2);
    assertThat(disks)
        .containsExactly(
            new TypedParameter("migrate_disks", new Text("vdb")),
            new TypedParameter("migrate_disks", new Text("vda")));
  }

  @Test
  void doesNotJoinOrSplitValues() {
    TypedParameters odd = TypedParameters.builder().addAll("migrate_disks", List.of("a,b")).build();
    assertThat(odd.getAll("migrate_disks")).containsExactly(new Text("a,b"));
  }

  @Test
  void isNotChangedByABuilderThatGoesOn() {
    TypedParameters.Builder builder = TypedParameters.builder().add("a", "1");
    TypedParameters before = builder.build();
    builder.add("a", "2");
    assertThat(before.getAll("a")).containsExactly(new Text("1"));
    assertThat(builder.build().getAll("a")).hasSize(2);
  }

  @Test
  void isNotChangedByTheListThatItWasMadeOf() {
    var list = new ArrayList<>(List.of(new TypedParameter("a", new Text("1"))));
    TypedParameters parameters = TypedParameters.of(list);
    list.clear();
    assertThat(parameters.size()).isEqualTo(1);
  }

  @Test
  void handsOutNoIteratorThatCouldRemove() {
    var iterator = TWO_DISKS.iterator();
    iterator.next();
    assertThatThrownBy(iterator::remove).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void equalsByNamesValuesAndOrder() {
    TypedParameters one = TypedParameters.builder().addAll("d", List.of("a", "b")).build();
    TypedParameters same = TypedParameters.builder().add("d", "a").add("d", "b").build();
    TypedParameters turned = TypedParameters.builder().addAll("d", List.of("b", "a")).build();
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(turned);
  }

  @Test
  void hasOneEmptyArray() {
    assertThat(TypedParameters.builder().build()).isSameAs(TypedParameters.none());
    assertThat(TypedParameters.none().isEmpty()).isTrue();
  }

  @Test
  void takesANameThatFillsTheFieldUpToItsNul() {
    assertThat(new TypedParameter("n".repeat(79), new Text("")).name()).hasSize(79);
  }

  @ParameterizedTest
  @MethodSource("badNames")
  void refusesANameThatLibvirtWouldCut(String name) {
    assertThatThrownBy(() -> new TypedParameter(name, new Text("")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 79 bytes");
  }

  static Stream<String> badNames() {
    return Stream.of("", "n".repeat(80), "é".repeat(40), "a\0b");
  }

  @ParameterizedTest
  @MethodSource("values")
  void knowsLibvirtsSevenTypes(TypedValue value, String type, Object plain) {
    assertThat(value.typeName()).isEqualTo(type);
    assertThat(value.value()).isEqualTo(plain);
  }

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of(new TypedValue.Int(-1), "int", -1),
        Arguments.of(new TypedValue.UInt(4_294_967_295L), "uint", 4_294_967_295L),
        Arguments.of(new TypedValue.LLong(-1L), "llong", -1L),
        Arguments.of(new TypedValue.ULLong(Long.MAX_VALUE), "ullong", Long.MAX_VALUE),
        Arguments.of(new TypedValue.Real(0.5), "double", 0.5),
        Arguments.of(new TypedValue.Bool(true), "boolean", true),
        Arguments.of(new Text("vda"), "string", "vda"));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 4_294_967_296L})
  void refusesWhatIsNoUnsignedInt(long value) {
    assertThatThrownBy(() -> new TypedValue.UInt(value))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesANegativeUnsignedLong() {
    assertThatThrownBy(() -> new TypedValue.ULLong(-1L))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
