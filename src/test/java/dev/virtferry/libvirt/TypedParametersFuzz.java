package dev.virtferry.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtferry.libvirt.client.NativeParameters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Any list of names and values against a plain list of pairs. */
@Tag("fuzz")
class TypedParametersFuzz {

  @FuzzTest
  void keepsEveryValueInItsOrderAllTheWayToTheNativeCall(FuzzedDataProvider data) {
    List<TypedParameter> pairs = new ArrayList<>();
    TypedParameters.Builder builder = TypedParameters.builder();
    while (data.remainingBytes() > 0 && pairs.size() < 200) {
      String name = name(data);
      TypedValue value = value(data);
      if (refused(name)) {
        assertRefused(name, value);
      } else {
        builder.add(name, value);
        pairs.add(new TypedParameter(name, value));
      }
    }
    TypedParameters built = builder.build();
    assertThat(built).containsExactlyElementsOf(pairs);
    for (String name : pairs.stream().map(TypedParameter::name).distinct().toList()) {
      List<TypedParameter> own = pairs.stream().filter(p -> p.name().equals(name)).toList();
      List<TypedValue> values = own.stream().map(TypedParameter::value).toList();
      assertThat(built.filter(name)).containsExactlyElementsOf(own);
      assertThat(built.getAll(name)).isEqualTo(values);
      assertThat(built.get(name)).contains(values.getFirst());
    }
    keepsOrderNatively(built);
  }

  private static void keepsOrderNatively(TypedParameters built) {
    org.libvirt.TypedParameter[] handed = NativeParameters.of(built);
    assertThat(handed).extracting(p -> p.field).containsExactlyElementsOf(names(built));
    assertThat(names(built))
        .allSatisfy(name -> assertThat(name.getBytes(UTF_8)).hasSizeLessThan(80));
  }

  private static List<String> names(TypedParameters built) {
    return built.stream().map(TypedParameter::name).toList();
  }

  private static String name(FuzzedDataProvider data) {
    return data.consumeBoolean()
        ? data.pickValue(new String[] {"migrate_disks", "compression", "bandwidth", "a"})
        : data.consumeString(90);
  }

  private static TypedValue value(FuzzedDataProvider data) {
    return switch (data.consumeInt(0, 6)) {
      case 0 -> new TypedValue.Int(data.consumeInt());
      case 1 -> new TypedValue.UInt(data.consumeLong(0, 0xFFFF_FFFFL));
      case 2 -> new TypedValue.LLong(data.consumeLong());
      case 3 -> new TypedValue.ULLong(data.consumeLong(0, Long.MAX_VALUE));
      case 4 -> new TypedValue.Real(data.consumeDouble());
      case 5 -> new TypedValue.Bool(data.consumeBoolean());
      default -> new TypedValue.Text(data.consumeString(20));
    };
  }

  private static boolean refused(String name) {
    return name.isEmpty() || name.getBytes(UTF_8).length > 79 || name.contains("\0");
  }

  private static void assertRefused(String name, TypedValue value) {
    try {
      throw new AssertionError("taken for a name: " + new TypedParameter(name, value));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("79");
    }
  }
}
