package dev.virtferry;

import dev.virtferry.access.Callers;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Import;

/** The whole service on an H2 of its own, with hosts that a test plays. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("service")
@AutoConfigureMockMvc
@Import(Callers.Shown.class)
@SpringBootTest(
    properties = {
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;"
          + "DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
      "ferry.hosts[0].name=kvm-a",
      "ferry.hosts[0].uri=qemu+tls://kvm-a/system",
      "ferry.hosts[1].name=kvm-b",
      "ferry.hosts[1].uri=qemu+tls://kvm-b/system",
      "ferry.hosts[1].migrate-uri=tcp://10.0.0.2",
      "ferry.hosts[2].name=kvm-c",
      "ferry.hosts[2].uri=qemu+tls://kvm-c/system",
      "ferry.watch.interval=20ms",
      "ferry.watch.settle=300ms",
      "ferry.access.tokens[0].name=test",
      "ferry.access.tokens[0].sha256=" + Callers.TOKEN_SHA256,
      "ferry.access.tokens[0].role=admin",
      "ferry.rate.reads=100000",
      "ferry.rate.writes=100000",
      "db-scheduler.polling-interval=100ms",
      "db-scheduler.shutdown-max-wait=1s",
    })
public @interface ServiceTest {}
