package dev.virtferry.migration.web;

import dev.virtferry.notice.Representation;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How migrations look to whoever is told of them. */
@Configuration(proxyBeanMethods = false)
class Outside {

  /** As they look to whoever asks. */
  @Bean
  Representation representation() {
    return MigrationResponse::of;
  }
}
