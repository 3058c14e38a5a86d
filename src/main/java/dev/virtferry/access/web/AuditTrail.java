package dev.virtferry.access.web;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Scheduler;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.virtferry.access.AuditEntry;
import dev.virtferry.access.AuditLog;
import dev.virtferry.access.AuditQuery;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Keeps the calls, in the log and in the database: one by one what may have changed something, and
 * in sums what was refused, so that nobody fills either by being refused.
 */
@Component
final class AuditTrail {

  private static final Logger log = LoggerFactory.getLogger("dev.virtferry.audit");

  /** A sum tells of no more than that. */
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** Callers with sums at a time. Beyond it sums end early. */
  private static final int MOST_CALLERS = 10_000;

  private final AuditLog audit;
  private final Cache<String, RefusedCalls> refused;

  @Autowired
  AuditTrail(AuditLog audit) {
    this(audit, Ticker.systemTicker());
  }

  AuditTrail(AuditLog audit, Ticker ticker) {
    this.audit = audit;
    this.refused =
        Caffeine.newBuilder()
            .maximumSize(MOST_CALLERS)
            .expireAfter(Expiry.<String, RefusedCalls>creating((_, _) -> LONGEST))
            .ticker(ticker)
            .scheduler(Scheduler.systemScheduler())
            .executor(Thread::startVirtualThread)
            .<String, RefusedCalls>removalListener((_, sums, _) -> close(requireNonNull(sums)))
            .build();
  }

  void keep(AuditEntry call) {
    if (mayHaveChangedSomething(call)) {
      begin(call);
    } else {
      counted(call).begun().forEach(this::begin);
    }
  }

  private RefusedCalls counted(AuditEntry call) {
    return refused
        .asMap()
        .compute(
            call.caller(),
            (_, known) -> {
              RefusedCalls sums = known == null ? new RefusedCalls() : known;
              sums.count(call);
              return sums;
            });
  }

  /** Not the refusals, nor where a host or the database was away. */
  private static boolean mayHaveChangedSomething(AuditEntry call) {
    return call.status() < 400 || (call.status() >= 500 && call.status() != 503);
  }

  /** With all that this replica has counted up to now. */
  List<AuditEntry> list(AuditQuery query) {
    refused.asMap().values().forEach(this::grow);
    return audit.list(query);
  }

  /** Ends all sums. */
  @PreDestroy
  void settle() {
    refused.asMap().values().forEach(this::close);
    refused.invalidateAll();
  }

  private void begin(AuditEntry entry) {
    told(entry)
        .log(
            "{} from {}: {} of domain {}, migration {}: {} {}",
            entry.caller(),
            entry.address(),
            entry.action(),
            entry.domain(),
            entry.migration(),
            entry.status(),
            entry.problem() == null ? "" : entry.problem());
    write(audit::add, entry);
  }

  private void grow(RefusedCalls sums) {
    sums.grown().forEach(entry -> write(audit::grow, entry));
  }

  private void close(RefusedCalls sums) {
    grow(sums);
    sums.ended()
        .forEach(entry ->
            told(entry)
                .addKeyValue("audit.calls", entry.calls())
                .log(
                    "{}: {} of domain {}, migration {}: {} {}, {} times from {} to {}",
                    entry.caller(),
                    entry.action(),
                    entry.domain(),
                    entry.migration(),
                    entry.status(),
                    entry.problem() == null ? "" : entry.problem(),
                    entry.calls(),
                    entry.at(),
                    entry.until()));
  }

  private static LoggingEventBuilder told(AuditEntry entry) {
    return log.atInfo()
        .addKeyValue("audit.caller", entry.caller())
        .addKeyValue("audit.address", entry.address())
        .addKeyValue("audit.action", entry.action())
        .addKeyValue("audit.domain", entry.domain())
        .addKeyValue("audit.migration", entry.migration())
        .addKeyValue("audit.status", entry.status())
        .addKeyValue("audit.problem", entry.problem());
  }

  private static void write(Consumer<AuditEntry> how, AuditEntry entry) {
    try {
      how.accept(entry);
    } catch (RuntimeException e) {
      // The call is over and its answer is given; the line of the log is what remains of it.
      log.error("The audit could not be kept in the database: {}", e.toString());
    }
  }
}
