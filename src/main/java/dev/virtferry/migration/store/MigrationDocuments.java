package dev.virtferry.migration.store;

import dev.virtferry.disk.VolumeMark;
import dev.virtferry.libvirt.TypedParameter;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.Progress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/** Migrations and progress as JSON documents, the way they are kept in a row. */
@Component
final class MigrationDocuments {

  private final JsonMapper mapper =
      JsonMapper.builder()
          // What an older version wrote lacks what came later.
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addModule(
              new SimpleModule()
                  .addSerializer(new ParametersWriter())
                  .addDeserializer(TypedParameters.class, new ParametersReader()))
          .build();

  String write(Migration migration) {
    return mapper.writeValueAsString(MigrationDocument.of(migration));
  }

  String write(Progress progress) {
    return mapper.writeValueAsString(progress);
  }

  String write(VolumeMark mark) {
    return mapper.writeValueAsString(mark);
  }

  VolumeMark mark(String document) {
    return mapper.readValue(document, VolumeMark.class);
  }

  Migration migration(String document) {
    return mapper.readValue(document, MigrationDocument.class).migration();
  }

  Progress progress(String document) {
    return mapper.readValue(document, Progress.class);
  }

  /** The migration of a row, by its {@code document} and {@code version}. */
  Migration migration(ResultSet row) throws SQLException {
    return migration(row.getString("document")).versioned(row.getInt("version"));
  }

  /** The progress of a row, by {@code progress} and {@code revision}. */
  Progress progress(ResultSet row) throws SQLException {
    return progress(row.getString("progress")).revised(row.getLong("revision"));
  }

  /** Both of a row that has both. */
  MigrationSnapshot snapshot(ResultSet row) throws SQLException {
    return new MigrationSnapshot(migration(row), progress(row));
  }

  private static final class ParametersWriter extends StdSerializer<TypedParameters> {

    ParametersWriter() {
      super(TypedParameters.class);
    }

    @Override
    public void serialize(
        TypedParameters parameters, JsonGenerator out, SerializationContext context) {
      out.writeStartArray();
      for (TypedParameter parameter : parameters) {
        out.writeStartObject();
        out.writeStringProperty("name", parameter.name());
        out.writeStringProperty("type", parameter.value().typeName());
        out.writeStringProperty("value", parameter.value().value().toString());
        out.writeEndObject();
      }
      out.writeEndArray();
    }
  }

  private static final class ParametersReader extends StdDeserializer<TypedParameters> {

    ParametersReader() {
      super(TypedParameters.class);
    }

    @Override
    public TypedParameters deserialize(JsonParser in, DeserializationContext context) {
      List<TypedParameter> parameters = new ArrayList<>();
      JsonNode array = context.readTree(in);
      for (JsonNode node : array) {
        parameters.add(
            new TypedParameter(
                node.get("name").asString(),
                value(node.get("type").asString(), node.get("value").asString())));
      }
      return TypedParameters.of(parameters);
    }

    private static TypedValue value(String type, String text) {
      return switch (type) {
        case "int" -> new TypedValue.Int(Integer.valueOf(text));
        case "uint" -> new TypedValue.UInt(Long.valueOf(text));
        case "llong" -> new TypedValue.LLong(Long.valueOf(text));
        case "ullong" -> new TypedValue.ULLong(Long.valueOf(text));
        case "double" -> new TypedValue.Real(Double.valueOf(text));
        case "boolean" -> new TypedValue.Bool(Boolean.valueOf(text));
        case "string" -> new TypedValue.Text(text);
        default -> throw new IllegalArgumentException("No type of libvirt's: " + type);
      };
    }
  }
}
