package dev.virtferry.http;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.type.TypeFactory;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import jakarta.validation.Constraint;
import java.lang.annotation.Annotation;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Says in the description what holds for every answer: each property is there, and it is null only
 * where the code says {@code @Nullable}. Without that, generated clients take everything for
 * optional, and those that validate take each null for a fault.
 */
@Component
final class AnsweredProperties implements ModelConverter {

  private static final String REFERENCE = "#/components/schemas/";

  @Override
  public @Nullable Schema<?> resolve(
      AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
    if (!chain.hasNext()) {
      return null;
    }
    Schema<?> resolved = chain.next().resolve(type, context, chain);
    Class<?> java = TypeFactory.defaultInstance().constructType(type.getType()).getRawClass();
    if (resolved != null && java.isRecord() && !isSent(java)) {
      describe(java, model(resolved, context));
    }
    return resolved;
  }

  /** What a client sends is held to constraints; an answer is not. */
  private static boolean isSent(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .flatMap(component -> Arrays.stream(component.getAccessor().getAnnotations()))
        .map(Annotation::annotationType)
        .anyMatch(annotation -> annotation.isAnnotationPresent(Constraint.class));
  }

  private static @Nullable Schema<?> model(Schema<?> resolved, ModelConverterContext context) {
    String reference = resolved.get$ref();
    return reference == null
        ? resolved
        : context.getDefinedModels().get(reference.substring(REFERENCE.length()));
  }

  private static void describe(Class<?> type, @Nullable Schema<?> model) {
    if (model == null || model.getProperties() == null) {
      return;
    }
    List<String> present = new ArrayList<>();
    for (RecordComponent component : properties(type).toList()) {
      Schema<?> property = model.getProperties().get(component.getName());
      if (property == null) {
        continue;
      }
      if (!mayBeAbsent(component)) {
        present.add(component.getName());
      }
      if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        model.getProperties().put(component.getName(), orNull(property));
      }
    }
    model.setRequired(present);
  }

  /** Those of a group stand beside the others. */
  private static Stream<RecordComponent> properties(Class<?> type) {
    return Stream.of(type.getRecordComponents())
        .flatMap(component ->
            component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)
                ? properties(component.getType())
                : Stream.of(component));
  }

  private static boolean mayBeAbsent(RecordComponent component) {
    var described =
        component.getAccessor().getAnnotation(io.swagger.v3.oas.annotations.media.Schema.class);
    return described != null
        && described.requiredMode()
            == io.swagger.v3.oas.annotations.media.Schema.RequiredMode.NOT_REQUIRED;
  }

  private static Schema<?> orNull(Schema<?> property) {
    if (property.get$ref() != null) {
      return referredToOrNull(property);
    }
    if (property.getTypes() == null || property.getTypes().contains("null")) {
      return property;
    }
    Set<String> types = new LinkedHashSet<>(property.getTypes());
    types.add("null");
    property.setTypes(types);
    if (property.getEnum() != null) {
      property.addEnumItemObject(null);
    }
    return property;
  }

  private static Schema<?> referredToOrNull(Schema<?> property) {
    var choice = new JsonSchema();
    choice.setName(property.getName());
    choice.setDescription(property.getDescription());
    choice.addAnyOfItem(new JsonSchema().$ref(property.get$ref()));
    choice.addAnyOfItem(new JsonSchema().types(Set.of("null")));
    return choice;
  }
}
