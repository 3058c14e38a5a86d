package dev.virtferry.console;

import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

/** How browsers keep the console's files: for as long as their content is what it was. */
@Configuration(proxyBeanMethods = false)
class ConsoleFiles {

  @Bean
  FilterRegistrationBean<ShallowEtagHeaderFilter> etags() {
    var etags = new FilterRegistrationBean<>(new ShallowEtagHeaderFilter());
    etags.addUrlPatterns("/", "/index.html", "/console/*", "/webjars/lit-html/*");
    return etags;
  }
}
