package dev.virtferry.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code openapi.yaml} says there is. */
record ApiDescription(List<Operation> operations, JsonNode schemas) {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
  private static final String LOCAL = "#/components/schemas/";

  /**
   * One method of one address.
   *
   * @param body null when it takes none
   */
  record Operation(String method, String path, List<Parameter> parameters, @Nullable Body body) {

    List<Parameter> in(String place) {
      return parameters.stream().filter(parameter -> parameter.in().equals(place)).toList();
    }
  }

  /** A parameter and where it goes: path, query or header. */
  record Parameter(String name, String in) {}

  /** What a body looks like. */
  record Body(String mediaType, JsonNode schema) {}

  static ApiDescription read(Path file) throws IOException {
    JsonNode document =
        new JsonMapper().valueToTree(new Yaml().<Object>load(Files.readString(file)));
    List<Operation> operations = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          operations.add(operation(method.getKey(), path.getKey(), method.getValue()));
        }
      }
    }
    return new ApiDescription(operations, document.get("components").get("schemas"));
  }

  private static Operation operation(String method, String path, JsonNode described) {
    List<Parameter> parameters = new ArrayList<>();
    for (JsonNode parameter : described.path("parameters")) {
      parameters.add(
          new Parameter(parameter.get("name").asString(), parameter.get("in").asString()));
    }
    return new Operation(
        method.toUpperCase(java.util.Locale.ROOT), path, parameters, body(described));
  }

  private static @Nullable Body body(JsonNode described) {
    return described.path("requestBody").path("content").properties().stream()
        .findFirst()
        .map(content -> new Body(content.getKey(), content.getValue().get("schema")))
        .orElse(null);
  }

  /** The schema that a reference leads to. */
  JsonNode resolved(JsonNode schema) {
    JsonNode reference = schema.get("$ref");
    return reference == null ? schema : schemas.get(reference.asString().substring(LOCAL.length()));
  }
}
