package dev.virtferry.libvirt.client;

import static java.util.stream.Collectors.toMap;

import dev.virtferry.libvirt.CompletedJob;
import dev.virtferry.libvirt.JobReading;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.libvirt.DomainJobStats;
import org.libvirt.TypedParameter;

/** Reads {@code virDomainGetJobStats}. */
final class JobStats {

  private static final int BOUNDED = 1;
  private static final int UNBOUNDED = 2;
  private static final int COMPLETED = 3;
  private static final int FAILED = 4;

  /** {@code VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN}: a save or a dump leaves a record too. */
  private static final int MIGRATION_IN = 4;

  /** {@code VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT}. */
  private static final int MIGRATION_OUT = 5;

  private JobStats() {}

  static JobReading read(DomainJobStats stats) {
    return switch (stats.type) {
      case BOUNDED, UNBOUNDED -> running(values(stats));
      case FAILED -> JobReading.without(JobReading.Activity.FAILED);
      default -> JobReading.without(JobReading.Activity.NONE);
    };
  }

  /** Whether it is the job of a domain that leaves. */
  static boolean isMigration(DomainJobStats stats) {
    return value(values(stats), "operation") == MIGRATION_OUT;
  }

  /** Reads a record of the past; empty when it is not of an arrival that came to its end. */
  static Optional<CompletedJob> completed(DomainJobStats stats) {
    if (stats.type != COMPLETED) {
      return Optional.empty();
    }
    Map<String, Long> values = values(stats);
    if (value(values, "operation") != MIGRATION_IN) {
      return Optional.empty();
    }
    return Optional.of(
        new CompletedJob(
            values.getOrDefault("downtime", values.get("downtime_net")),
            value(values, "time_elapsed"),
            value(values, "memory_processed")));
  }

  private static JobReading running(Map<String, Long> values) {
    return new JobReading(
        JobReading.Activity.RUNNING,
        new JobReading.Memory(
            value(values, "memory_total"),
            value(values, "memory_processed"),
            value(values, "memory_remaining"),
            value(values, "memory_iteration"),
            value(values, "memory_dirty_rate") * value(values, "memory_page_size"),
            value(values, "memory_bps")),
        value(values, "downtime"));
  }

  private static Map<String, Long> values(DomainJobStats stats) {
    return Stream.of(stats.stats)
        .filter(parameter -> parameter.getValueAsString().chars().allMatch(Character::isDigit))
        .collect(toMap(JobStats::name, JobStats::number, (first, _) -> first));
  }

  private static String name(TypedParameter parameter) {
    return parameter.field;
  }

  private static long number(TypedParameter parameter) {
    String digits = parameter.getValueAsString();
    return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits);
  }

  private static long value(Map<String, Long> values, String name) {
    return values.getOrDefault(name, 0L);
  }
}
