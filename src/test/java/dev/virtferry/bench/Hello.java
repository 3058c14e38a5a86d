package dev.virtferry.bench;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/** The least that the same server can do. */
@TestConfiguration(proxyBeanMethods = false)
class Hello {

  @Bean
  RouterFunction<ServerResponse> hello() {
    return RouterFunctions.route().GET("/hello", _ -> ServerResponse.ok().body("hello")).build();
  }
}
