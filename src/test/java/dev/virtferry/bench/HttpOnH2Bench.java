package dev.virtferry.bench;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** On the embedded database, in a file as it is shipped. */
@Tag("bench")
class HttpOnH2Bench extends HttpBench {

  HttpOnH2Bench() {
    super("H2");
  }

  @DynamicPropertySource
  static void file(DynamicPropertyRegistry properties) throws IOException {
    String file = Files.createTempDirectory("virt-ferry-bench").resolve("virt-ferry").toString();
    properties.add(
        "spring.datasource.url",
        () ->
            "jdbc:h2:file:%s;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0;LOCK_TIMEOUT=10000"
                .formatted(file));
  }
}
