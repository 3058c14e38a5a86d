package dev.virtferry.libvirt;

/** A value of one of the seven types that a libvirt typed parameter can have. */
public sealed interface TypedValue {

  /** {@code VIR_TYPED_PARAM_INT}. */
  record Int(Integer value) implements TypedValue {}

  /** {@code VIR_TYPED_PARAM_UINT}: 0 to 4,294,967,295. */
  record UInt(Long value) implements TypedValue {
    public UInt {
      if (value < 0 || value > 0xFFFF_FFFFL) {
        throw new IllegalArgumentException("Not an unsigned 32-bit value: " + value);
      }
    }
  }

  /** {@code VIR_TYPED_PARAM_LLONG}. */
  record LLong(Long value) implements TypedValue {}

  /** {@code VIR_TYPED_PARAM_ULLONG}; the upper half of its range is of no use here and refused. */
  record ULLong(Long value) implements TypedValue {
    public ULLong {
      if (value < 0) {
        throw new IllegalArgumentException("Not an unsigned 64-bit value: " + value);
      }
    }
  }

  /** {@code VIR_TYPED_PARAM_DOUBLE}. */
  record Real(Double value) implements TypedValue {}

  /** {@code VIR_TYPED_PARAM_BOOLEAN}. */
  record Bool(Boolean value) implements TypedValue {}

  /** {@code VIR_TYPED_PARAM_STRING}. */
  record Text(String value) implements TypedValue {}

  /** The plain Java value: an Integer, Long, Double, Boolean or String. */
  Object value();

  /** How virsh and the API call the type: int, uint, llong, ullong, double, boolean or string. */
  default String typeName() {
    return switch (this) {
      case Int _ -> "int";
      case UInt _ -> "uint";
      case LLong _ -> "llong";
      case ULLong _ -> "ullong";
      case Real _ -> "double";
      case Bool _ -> "boolean";
      case Text _ -> "string";
    };
  }
}
