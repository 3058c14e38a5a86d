package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.TypedParameter;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import org.libvirt.TypedBooleanParameter;
import org.libvirt.TypedDoubleParameter;
import org.libvirt.TypedIntParameter;
import org.libvirt.TypedLongParameter;
import org.libvirt.TypedStringParameter;
import org.libvirt.TypedUintParameter;
import org.libvirt.TypedUlongParameter;

/** Typed parameters as libvirt-java wants them: one element each, in order, names repeated. */
public final class NativeParameters {

  private NativeParameters() {}

  public static org.libvirt.TypedParameter[] of(TypedParameters parameters) {
    return parameters.stream().map(NativeParameters::of).toArray(org.libvirt.TypedParameter[]::new);
  }

  private static org.libvirt.TypedParameter of(TypedParameter parameter) {
    String name = parameter.name();
    return switch (parameter.value()) {
      case TypedValue.Int(Integer value) -> new TypedIntParameter(name, value);
      case TypedValue.UInt(Long value) -> new TypedUintParameter(name, value.intValue());
      case TypedValue.LLong(Long value) -> new TypedLongParameter(name, value);
      case TypedValue.ULLong(Long value) -> new TypedUlongParameter(name, value);
      case TypedValue.Real(Double value) -> new TypedDoubleParameter(name, value);
      case TypedValue.Bool(Boolean value) -> new TypedBooleanParameter(name, value);
      case TypedValue.Text(String value) -> new TypedStringParameter(name, value);
    };
  }
}
