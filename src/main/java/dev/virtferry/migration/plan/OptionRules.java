package dev.virtferry.migration.plan;

import static dev.virtferry.problem.ProblemType.OPTION_NOT_SUPPORTED;

import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.migration.Compression;
import dev.virtferry.migration.LimitAction;
import dev.virtferry.migration.MigrationOptions;
import dev.virtferry.migration.Order;
import dev.virtferry.migration.SourceVolumes;
import dev.virtferry.migration.Timeout;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which options go with which others and with which versions of libvirt. */
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
    MigrationOptions options = order.options();
    needDisks(found, order);
    exclude(found, options);
    needOthers(found, options);
    needVersion(found, order, Math.min(source.libvirt(), destination.libvirt()));
    if (order.undefinesSource() && !order.persists()) {
      found.add(
          problem(
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
    aboutDisks.put("synchronousWrites", options.synchronousWrites());
    aboutDisks.put("detectZeroes", options.detectZeroes());
    aboutDisks.put("disksPort", options.disksPort() != null);
    aboutDisks.put("sourceVolumes", options.sourceVolumes() == SourceVolumes.DELETE);
    aboutDisks.forEach((option, given) -> {
      if (given) {
        found.add(
            problem(
                option, "%s needs disks to copy; name some, or leave it out.".formatted(option)));
      }
    });
  }

  private static void exclude(List<Problem> found, MigrationOptions options) {
    if (options.postCopy() && options.guardedSwitchover()) {
      found.add(
          problem(
              "guardedSwitchover",
              "guardedSwitchover and postCopy exclude each other: a guest can't both arrive paused"
                  + " and go on before its memory is there; choose one."));
    }
    if (options.postCopy() && options.startPaused()) {
      found.add(
          problem(
              "startPaused",
              "startPaused and postCopy exclude each other: in post-copy the guest runs before its"
                  + " memory is there; choose one."));
    }
    Compression compression = options.compression();
    if (compression != null && options.zeroCopy()) {
      found.add(
          problem(
              "zeroCopy",
              "zeroCopy and compression exclude each other: what is compressed is copied; choose"
                  + " one."));
    }
    if (options.tls() && options.zeroCopy()) {
      found.add(
          problem(
              "zeroCopy",
              "zeroCopy and tls exclude each other: what is encrypted is copied; choose one."));
    }
  }

  private static void needOthers(List<Problem> found, MigrationOptions options) {
    Timeout timeout = options.timeout();
    if (timeout != null && timeout.action() == LimitAction.POST_COPY && !options.postCopy()) {
      found.add(
          problem(
              "timeout/action",
              "POST_COPY needs options.postCopy; add it, or choose CANCEL or SUSPEND."));
    }
    if (options.bandwidthPostCopyMiBps() != null && !options.postCopy()) {
      found.add(
          problem("bandwidthPostCopyMiBps", "It needs options.postCopy; add it, or leave it out."));
    }
    if (options.tlsDestination() != null && !options.tls()) {
      found.add(problem("tlsDestination", "It needs options.tls; add it, or leave it out."));
    }
    if (options.zeroCopy() && options.parallelConnections() == null) {
      found.add(
          problem("zeroCopy", "It needs options.parallelConnections; add it, or leave it out."));
    }
    Compression compression = options.compression();
    if (compression != null) {
      compressions(found, compression, options.parallelConnections() != null);
    }
  }

  /** QEMU compresses parallel streams with ZLIB or ZSTD, and a single one with XBZRLE or MT. */
  private static void compressions(List<Problem> found, Compression compression, boolean parallel) {
    List<Compression.Method> methods = compression.methods();
    for (int i = 0; i < methods.size(); i++) {
      Compression.Method method = methods.get(i);
      String pointer = "compression/methods/" + i;
      if (methods.subList(0, i).contains(method)) {
        found.add(problem(pointer, method + " is named twice; name it once."));
      }
      boolean ofParallel = method == Compression.Method.ZLIB || method == Compression.Method.ZSTD;
      if (ofParallel && !parallel) {
        found.add(
            problem(
                pointer, method + " needs options.parallelConnections; add it, or use XBZRLE."));
      } else if (!ofParallel && parallel) {
        found.add(
            problem(
                pointer,
                method + " does not go with options.parallelConnections; use ZLIB or ZSTD."));
      }
    }
  }

  private static void needVersion(List<Problem> found, Order order, long version) {
    MigrationOptions options = order.options();
    Map<String, Long> since = new LinkedHashMap<>();
    if (options.bandwidthPostCopyMiBps() != null) {
      since.put("bandwidthPostCopyMiBps", POSTCOPY_BANDWIDTH);
    }
    if (options.parallelConnections() != null) {
      since.put("parallelConnections", PARALLEL);
    }
    if (options.tlsDestination() != null) {
      since.put("tlsDestination", TLS_DESTINATION);
    }
    if (options.synchronousWrites() && order.copy() != null) {
      since.put("synchronousWrites", SYNCHRONOUS_WRITES);
    }
    if (options.zeroCopy()) {
      since.put("zeroCopy", ZERO_COPY);
    }
    Compression compression = options.compression();
    if (compression != null
        && (compression.methods().contains(Compression.Method.ZLIB)
            || compression.methods().contains(Compression.Method.ZSTD))) {
      since.put("compression", PARALLEL_COMPRESSION);
    }
    if (options.detectZeroes() && order.copy() != null) {
      since.put("detectZeroes", DETECT_ZEROES);
    }
    since.forEach((option, needed) -> {
      if (version < needed) {
        found.add(
            problem(
                option,
                "%s needs libvirt %s on both hosts, and one has %s; leave it out, or update that host."
                    .formatted(option, HostFacts.words(needed), HostFacts.words(version))));
      }
    });
  }

  private static Problem problem(String option, String detail) {
    return Problem.at("#/options/" + option, OPTION_NOT_SUPPORTED, detail);
  }
}
