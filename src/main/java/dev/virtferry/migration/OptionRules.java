package dev.virtferry.migration;

import static dev.virtferry.problem.ProblemType.OPTION_NOT_SUPPORTED;

import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which options go with which others and with which versions of libvirt. */
final class OptionRules {

  private static final long SYNCHRONOUS_WRITES_SINCE = 8_000_000;
  private static final long DETECT_ZEROES_SINCE = 10_009_000;

  private OptionRules() {}

  static List<Problem> problems(Order order, HostFacts source, HostFacts destination) {
    List<Problem> found = new ArrayList<>();
    MigrationOptions options = order.options();
    long version = Math.min(source.libvirt(), destination.libvirt());
    boolean copies = order.copy() != null;
    if (options.synchronousWrites()) {
      require(found, "synchronousWrites", copies, version, SYNCHRONOUS_WRITES_SINCE);
    }
    if (options.detectZeroes()) {
      require(found, "detectZeroes", copies, version, DETECT_ZEROES_SINCE);
    }
    if (options.sourceVolumes() == SourceVolumes.DELETE) {
      require(found, "sourceVolumes", copies, version, 0);
    }
    if (options.postCopy() && options.guardedSwitchover()) {
      found.add(
          problem(
              "guardedSwitchover",
              "guardedSwitchover and postCopy exclude each other: a guest can't both arrive paused"
                  + " and go on before its memory is there; choose one."));
    }
    if (endsByPostCopy(options.timeout()) && !options.postCopy()) {
      found.add(
          problem(
              "timeout/action",
              "POST_COPY needs options.postCopy; add it, or choose CANCEL or SUSPEND."));
    }
    return found;
  }

  private static boolean endsByPostCopy(@Nullable Timeout timeout) {
    return timeout != null && timeout.action() == LimitAction.POST_COPY;
  }

  private static void require(
      List<Problem> found, String option, boolean copies, long version, long since) {
    if (!copies) {
      found.add(
          problem(option, "%s needs disks to copy; name some, or leave it out.".formatted(option)));
    } else if (version < since) {
      found.add(
          problem(
              option,
              "%s needs libvirt %s on both hosts, and one has %s; leave it out, or update that host."
                  .formatted(option, HostFacts.words(since), HostFacts.words(version))));
    }
  }

  private static Problem problem(String option, String detail) {
    return Problem.at("#/options/" + option, OPTION_NOT_SUPPORTED, detail);
  }
}
