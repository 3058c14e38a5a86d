package dev.virtferry.migration.web;

import dev.virtferry.migration.options.MigrationOptions;
import java.util.Map;
import java.util.stream.Stream;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Leaves the groups of options out of the API's description: clients see one object. */
@Configuration(proxyBeanMethods = false)
class OptionGroups {

  @Bean
  static OpenApiCustomizer withoutGroupsOfOptions() {
    return document -> remove(document.getComponents().getSchemas());
  }

  private static void remove(Map<String, ?> schemas) {
    Stream.of(MigrationOptions.class.getRecordComponents())
        .map(group -> group.getType().getSimpleName())
        .forEach(schemas::remove);
  }
}
