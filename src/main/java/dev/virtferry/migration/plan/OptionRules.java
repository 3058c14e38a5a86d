package dev.virtferry.migration.plan;

import static dev.virtferry.migration.MigrationOptions.refusal;

import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.migration.Compression;
import dev.virtferry.migration.MigrationOptions;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.SourceVolumes;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an order's options need of its disks, of both hosts and of the domain. What they need of
 * each other stands beside them.
 */
final class OptionRules {

  /** Since which version of libvirt. */
  private static final long POSTCOPY_BANDWIDTH = 5_001_000;

  private static final long PARALLEL = 5_002_000;
  private static final long TLS_DESTINATION = 6_000_000;
  private static final long SYNCHRONOUS_WRITES = 8_000_000;
  private static final long ZERO_COPY = 8_005_000;
  private static final long PARALLEL_COMPRESSION = 9_004_000;
  private static final long DETECT_ZEROES = 10_009_000;

  private OptionRules() {}

  static List<Problem> problems(Order order, HostFacts source, HostFacts destination) {
    List<Problem> found = new ArrayList<>();
    needDisks(found, order);
    found.addAll(order.options().problems());
    needVersion(found, order, Math.min(source.libvirt(), destination.libvirt()));
    if (order.undefinesSource() && !order.persists()) {
      found.add(
          refusal(
              "undefineSource",
              "No host would keep a definition, and the domain would be gone when it stops; let"
                  + " persist be true, or undefineSource false."));
    }
    return found;
  }

  private static void needDisks(List<Problem> found, Order order) {
    if (order.copy() != null) {
      return;
    }
    MigrationOptions options = order.options();
    Map<String, Boolean> aboutDisks = new LinkedHashMap<>();
    aboutDisks.put("synchronousWrites", options.storage().synchronousWrites());
    aboutDisks.put("detectZeroes", options.storage().detectZeroes());
    aboutDisks.put("disksPort", options.listening().disksPort() != null);
    aboutDisks.put("sourceVolumes", options.storage().sourceVolumes() == SourceVolumes.DELETE);
    aboutDisks.forEach((option, given) -> {
      if (given) {
        found.add(
            refusal(
                option, "%s needs disks to copy; name some, or leave it out.".formatted(option)));
      }
    });
  }

  private static void needVersion(List<Problem> found, Order order, long version) {
    MigrationOptions options = order.options();
    Map<String, Long> since = new LinkedHashMap<>();
    if (options.rates().bandwidthPostCopyMiBps() != null) {
      since.put("bandwidthPostCopyMiBps", POSTCOPY_BANDWIDTH);
    }
    if (options.memory().parallelConnections() != null) {
      since.put("parallelConnections", PARALLEL);
    }
    if (options.encryption().tlsDestination() != null) {
      since.put("tlsDestination", TLS_DESTINATION);
    }
    if (options.storage().synchronousWrites() && order.copy() != null) {
      since.put("synchronousWrites", SYNCHRONOUS_WRITES);
    }
    if (options.memory().zeroCopy()) {
      since.put("zeroCopy", ZERO_COPY);
    }
    Compression compression = options.memory().compression();
    if (compression != null
        && (compression.methods().contains(Compression.Method.ZLIB)
            || compression.methods().contains(Compression.Method.ZSTD))) {
      since.put("compression", PARALLEL_COMPRESSION);
    }
    if (options.storage().detectZeroes() && order.copy() != null) {
      since.put("detectZeroes", DETECT_ZEROES);
    }
    since.forEach((option, needed) -> {
      if (version < needed) {
        found.add(
            refusal(
                option,
                "%s needs libvirt %s on both hosts, and one has %s; leave it out, or update that host."
                    .formatted(option, HostFacts.words(needed), HostFacts.words(version))));
      }
    });
  }
}
