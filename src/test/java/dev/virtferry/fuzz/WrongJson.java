package dev.virtferry.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Bodies that follow a schema but for one fault or a few. */
final class WrongJson {

  private static final List<String> STRANGERS =
      List.of(
          "null",
          "true",
          "0",
          "-1",
          "1.5",
          "1e400",
          "-0.0",
          "99999999999999999999999999",
          "1e1000000000",
          "\"\"",
          "\"  \"",
          "\"\\u0000\"",
          "\"a\\u0000b\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\u202e\\ufeff\\uffff\"",
          "\"\\r\\nX: y\"",
          "\"' or 1=1 --\"",
          "\"../../etc/passwd\"",
          "\"%00%0a${x}\"",
          "\"qemu+ext://h/system?command=x\"",
          "[]",
          "{}",
          "[null]",
          "[[[[]]]]",
          "{\"\":null}",
          "NaN",
          "Infinity",
          "0x10",
          "'x'",
          "01",
          "+1",
          ".5",
          "\"\t\"",
          "\"\\x\"",
          "undefined",
          "");

  private final ApiDescription api;
  private final Draw draw;

  /** How many faults are still wanted. */
  private int faults;

  WrongJson(ApiDescription api, Draw draw, int faults) {
    this.api = api;
    this.draw = draw;
    this.faults = faults;
  }

  String of(JsonNode schema) {
    JsonNode form = api.resolved(schema);
    if (faults > 0 && draw.oneIn(12)) {
      faults--;
      return stranger(form);
    }
    if (form.has("properties")) {
      return object(form);
    }
    if (form.has("additionalProperties")) {
      return "{%s:%s}".formatted(key(), of(form.get("additionalProperties")));
    }
    if (form.has("items")) {
      return array(form);
    }
    return form.has("enum")
        ? draw.from(form.get("enum").valueStream().toList()).toString()
        : scalar(form);
  }

  private String stranger(JsonNode form) {
    return switch (draw.below(6)) {
      case 0 -> "\"" + "x".repeat(1 + draw.below(70_000)) + "\"";
      case 1 -> "9".repeat(1 + draw.below(2_000));
      case 2 -> "[".repeat(1 + draw.below(3_000));
      case 3 -> "{\"a\":".repeat(1 + draw.below(1_500)) + "1" + "}".repeat(draw.below(1_500));
      case 4 -> Long.toString(form.path("maximum").asLong(0) + 1);
      default -> draw.from(STRANGERS);
    };
  }

  private String key() {
    if (faults > 0 && draw.oneIn(2)) {
      faults--;
      return draw.from(
          List.of(
              "\"a]b\"", "\"[0]\"", "\"'\"", "\"\\ud800\"", "\"a.b\"", "\"\"", "\"a/~b\"", "1"));
    }
    return "\"vda\"";
  }

  private String object(JsonNode form) {
    List<String> required =
        form.path("required").valueStream().map(name -> name.asString()).toList();
    List<String> fields = new ArrayList<>();
    for (Map.Entry<String, JsonNode> property : form.get("properties").properties()) {
      boolean wanted = required.contains(property.getKey()) || draw.oneIn(3);
      String field =
          "\"%s\":%s".formatted(property.getKey(), wanted ? of(property.getValue()) : "");
      if (!wanted) {
        continue;
      }
      fields.add(field);
      if (faults > 0 && draw.oneIn(15)) {
        faults--;
        disturb(fields, field);
      }
    }
    return "{" + String.join(",", fields) + "}";
  }

  private void disturb(List<String> fields, String field) {
    switch (draw.below(6)) {
      case 0 -> fields.add(field);
      case 1 -> fields.removeLast();
      case 2 -> fields.add("\"unknown\":1");
      case 3 -> fields.add("\"\\ud83d\":[]");
      case 4 -> fields.add("\"" + "n".repeat(1 + draw.below(60_000)) + "\":0");
      default -> fields.add(field.toUpperCase(java.util.Locale.ROOT));
    }
  }

  private String array(JsonNode form) {
    int length = faults > 0 && draw.oneIn(20) ? 1_001 + draw.below(2_000) : draw.below(4);
    if (length > 1_000) {
      faults--;
    }
    List<String> items = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      items.add(of(form.get("items")));
    }
    return "[" + String.join(",", items) + "]";
  }

  private String scalar(JsonNode form) {
    return switch (form.path("type").asString("")) {
      case "integer", "number" -> form.path("minimum").asString("1");
      case "boolean" -> draw.oneIn(2) ? "true" : "false";
      default -> form.has("example") ? form.get("example").toString() : "\"text\"";
    };
  }
}
