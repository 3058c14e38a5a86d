package dev.virtferry.access.web;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.context.annotation.Bean;

/** How requests are taken, at the port of the API and at that of the actuator. */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class Connectors {

  @Bean
  SlowClients slowClients(RateProperties rates) {
    return new SlowClients(rates);
  }

  @Bean
  UnusedContent unusedContent() {
    return new UnusedContent();
  }
}
