package dev.virtferry.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A valid document written out again with faults where the fuzzer's bytes want them. */
public final class DisturbedJson {

  private static final String[] STRANGERS = {
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e400",
    "99999999999999999999",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "[]",
    "{}",
    "[null]",
    "{\"\":null}",
    "\"VDA\"",
    "NaN",
    "'x'",
    "",
  };

  private final FuzzedDataProvider data;

  public DisturbedJson(FuzzedDataProvider data) {
    this.data = data;
  }

  public String of(JsonNode document) {
    return written(document);
  }

  private String written(JsonNode node) {
    int whim = data.consumeInt(0, 40);
    return switch (whim) {
      case 1 -> data.pickValue(STRANGERS);
      case 2 -> quoted(data.consumeString(120));
      case 3 -> Long.toString(data.consumeLong());
      case 4 -> "[".repeat(data.consumeInt(1, 1_100)) + written(node);
      case 5 -> "\"" + "x".repeat(data.consumeInt(1, 5_000)) + "\"";
      default -> faithful(node);
    };
  }

  private String faithful(JsonNode node) {
    if (node.isObject()) {
      return object(node);
    }
    if (node.isArray()) {
      List<String> items = new ArrayList<>();
      node.forEach(item -> items.add(written(item)));
      if (data.consumeInt(0, 20) == 1) {
        items.add(data.pickValue(STRANGERS));
      }
      return "[" + String.join(",", items) + "]";
    }
    return node.toString();
  }

  private String object(JsonNode node) {
    List<String> fields = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String value = written(field.getValue());
      switch (data.consumeInt(0, 60)) {
        case 1 -> fields.add(quoted(data.consumeString(90)) + ":" + value);
        case 2 ->
            fields.add(
                quoted(field.getKey()) + ":" + value + "," + quoted(field.getKey()) + ":" + value);
        case 3 -> fields.add("\"\\ud83d\":" + value);
        case 4 -> {}
        default -> fields.add(quoted(field.getKey()) + ":" + value);
      }
    }
    return "{" + String.join(",", fields) + "}";
  }

  /** Half of the time control characters and quotes are left as they are. */
  private String quoted(String text) {
    var quoted = new StringBuilder("\"");
    boolean careful = data.consumeBoolean();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (careful && (c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c))) {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
