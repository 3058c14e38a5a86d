package dev.virtferry.libvirt.client;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.libvirt.jna.virTypedParameter;

/**
 * Reads a {@code virDomainStatsRecord}: a pointer to the domain, one to an array of {@code
 * virTypedParameter}, and how many there are.
 */
final class StatsRecord {

  private StatsRecord() {}

  /** Numbers and texts by their names; of other types there are none in what is asked for. */
  static Map<String, Object> values(Pointer stats) {
    Map<String, Object> values = new LinkedHashMap<>();
    Pointer parameters = stats.getPointer(Native.POINTER_SIZE);
    int count = stats.getInt(2L * Native.POINTER_SIZE);
    if (count == 0) {
      return values;
    }
    var first = new virTypedParameter(parameters);
    for (int at = 0; at < count; at++) {
      Pointer parameter = parameters.share((long) at * first.size());
      String name = parameter.getString(0);
      Pointer value = parameter.share(first.size() - (long) Long.BYTES);
      switch (parameter.getInt(first.field.length)) {
        case INT -> values.put(name, value.getInt(0));
        case UINT -> values.put(name, Integer.toUnsignedLong(value.getInt(0)));
        case LLONG, ULLONG -> values.put(name, value.getLong(0));
        case STRING -> values.put(name, value.getPointer(0).getString(0));
        default -> {}
      }
    }
    return values;
  }

  /** {@code virTypedParameterType}. */
  private static final int INT = 1;

  private static final int UINT = 2;
  private static final int LLONG = 3;
  private static final int ULLONG = 4;
  private static final int STRING = 7;
}
