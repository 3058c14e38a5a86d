package dev.virtferry.migration.web;

import dev.virtferry.access.Scope;
import dev.virtferry.notice.Representation;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How migrations look to whoever is told of them. */
@Configuration(proxyBeanMethods = false)
class Outside {

  /** Who listens at the end of a callback is not known, so it is told what no scope forbids. */
  private static final Scope NOTHING = new Scope(List.of(), List.of());

  /** As they look to whoever asks and is bound. */
  @Bean
  Representation representation() {
    return tracked -> MigrationResponse.of(tracked, NOTHING);
  }
}
