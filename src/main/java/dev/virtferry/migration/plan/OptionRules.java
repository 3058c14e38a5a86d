package dev.virtferry.migration.plan;

import static dev.virtferry.migration.options.MigrationOptions.refusal;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.MigrateParameter;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.options.SourceVolumes;
import dev.virtferry.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What options need of the disks, of both hosts and of the domain. What they need of each other
 * stands beside them.
 */
final class OptionRules {

  /** Older versions are not checked here: libvirt itself tells what they lack. */
  private static final long OLDEST_CHECKED = 5_000_000;

  private OptionRules() {}

  /**
   * Looks for all of them.
   *
   * @param older the version of the host that has the older libvirt
   */
  static List<Problem> problems(
      TransferPlan transfer, MigrationOptions options, Host destination, long older) {
    List<Problem> found = new ArrayList<>();
    if (transfer.copy() == null) {
      needDisks(found, options);
    }
    found.addAll(options.problems());
    needVersion(found, new CallMapping(transfer, options, destination, null), older);
    needADefinition(found, options, transfer.guest().persistent());
    return found;
  }

  private static void needADefinition(
      List<Problem> found, MigrationOptions options, boolean persistent) {
    if (options.undefinesSource(persistent) && !options.persists(persistent)) {
      found.add(
          refusal(
              "undefineSource",
              "No host would keep a definition, and the domain would be gone when it stops; let"
                  + " persist be true, or undefineSource false."));
    }
  }

  private static void needDisks(List<Problem> found, MigrationOptions options) {
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

  /** One for each option that the older of both hosts is too old for, the oldest first. */
  private static void needVersion(List<Problem> found, CallMapping mapping, long version) {
    Map<String, Long> needed = new LinkedHashMap<>();
    for (MigrateParameter parameter : MigrateParameter.values()) {
      need(needed, mapping.wanted(parameter).option(), parameter.since());
    }
    for (MigrateFlag flag : MigrateFlag.values()) {
      need(needed, mapping.wanted(flag).option(), flag.since());
    }
    needed.entrySet().stream()
        .filter(option -> version < option.getValue() && OLDEST_CHECKED <= option.getValue())
        .sorted(Map.Entry.comparingByValue())
        .map(option -> tooOld(option.getKey(), option.getValue(), version))
        .forEach(found::add);
  }

  private static void need(Map<String, Long> needed, @Nullable String option, long since) {
    if (option != null) {
      needed.merge(option, since, Math::max);
    }
  }

  private static Problem tooOld(String option, long needed, long version) {
    return refusal(
        option,
        "%s needs libvirt %s on both hosts, and one has %s; leave it out, or update that host."
            .formatted(option, HostFacts.words(needed), HostFacts.words(version)));
  }
}
