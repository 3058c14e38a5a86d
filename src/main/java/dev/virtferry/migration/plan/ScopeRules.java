package dev.virtferry.migration.plan;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;

/**
 * What a caller that is bound to some domains must leave alone, though it is about its own guest:
 * names and images of others, and where hosts listen.
 */
public final class ScopeRules {

  private ScopeRules() {}

  /**
   * Checks what is asked for, before any host is.
   *
   * @throws Refused when it reaches beyond the scope
   */
  public static void require(MigrationSpec spec, Scope scope) {
    if (scope.hasAllDomains()) {
      return;
    }
    spec.volumes()
        .forEach((target, place) -> {
          if (place.name() != null) {
            requireOwn(target, place.name(), scope);
          }
        });
    MigrationOptions options = spec.options();
    String name = options.domain().destinationName();
    if (name != null && !scope.hasDomain(name)) {
      throw beyond("#/options/destinationName", "this is none of those names");
    }
    if (options.storage().overwrite() == Overwrite.ANY) {
      throw beyond("#/options/overwrite", "does not write over what may be another's");
    }
    if (options.listening().listenAddress() != null) {
      throw beyond("#/options/listenAddress", "does not choose where hosts listen");
    }
    if (options.listening().disksPort() != null) {
      throw beyond("#/options/disksPort", "does not choose where hosts listen");
    }
  }

  /**
   * Checks the names that images bring along from the source, before the destination is asked.
   *
   * @throws Refused when one that is to go to another pool may be another's there
   */
  public static void require(MigrationSpec spec, DomainDescription domain, Scope scope) {
    if (scope.hasAllDomains()) {
      return;
    }
    for (DomainDisk disk : domain.disks()) {
      VolumeWish place = spec.volumes().get(disk.target());
      if (place != null && place.name() == null && disk.image() != null) {
        String location = disk.image().location();
        requireOwn(disk.target(), location.substring(location.lastIndexOf('/') + 1), scope);
      }
    }
  }

  private static void requireOwn(String target, String image, Scope scope) {
    if (!scope.hasImage(image)) {
      throw beyond(
          "#/volumes/%s/name".formatted(target),
          "names images in other places by its own domains: the name of one first, then a dot, a"
              + " dash or an underscore");
    }
  }

  /**
   * Checks what would be done.
   *
   * @throws Refused when it would overwrite an image that is perhaps another's
   */
  public static void require(TransferPlan transfer, Scope scope) {
    for (VolumePlan volume : transfer.disks()) {
      boolean mayBeThere = volume.action() != Action.CREATE || volume.replaces();
      if (!scope.hasAllDomains() && volume.moved() && mayBeThere) {
        throw beyond(
            "#/volumes/" + volume.target(), "can't name an image that may be there already");
      }
    }
  }

  private static Refused beyond(String pointer, String why) {
    return new Refused(
        Problem.at(
            pointer,
            ProblemType.FORBIDDEN,
            "Your token is bound to domains by name, and %s.".formatted(why)));
  }
}
