package dev.virtferry.console;

import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/**
 * The page at the root. Spring's welcome page is a forward, after which Tomcat takes nothing more
 * from filters: neither the ETag nor the headers for browsers.
 */
@Hidden
@Controller
class ConsolePage {

  private static final Resource PAGE = new ClassPathResource("static/index.html");

  @GetMapping("/")
  ResponseEntity<Resource> page() {
    return ResponseEntity.ok()
        .contentType(MediaType.TEXT_HTML)
        .cacheControl(CacheControl.noCache())
        .body(PAGE);
  }
}
