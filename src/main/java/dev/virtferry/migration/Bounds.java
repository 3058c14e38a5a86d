package dev.virtferry.migration;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;

/**
 * What a caller that is bound to some domains must leave alone, though it is about its own guest:
 * names and images of others, and where hosts listen.
 */
final class Bounds {

  private Bounds() {}

  /**
   * Checks what is asked for.
   *
   * @throws Refused when it reaches beyond the scope
   */
  static void require(MigrationOptions options, Scope scope) {
    if (scope.domains() == null) {
      return;
    }
    String name = options.destinationName();
    if (name != null && !scope.hasDomain(name)) {
      throw beyond("#/options/destinationName", "this is none of those names");
    }
    if (options.overwrite() == Overwrite.ANY) {
      throw beyond("#/options/overwrite", "does not write over what may be another's");
    }
    if (options.listenAddress() != null) {
      throw beyond("#/options/listenAddress", "does not choose where hosts listen");
    }
    if (options.disksPort() != null) {
      throw beyond("#/options/disksPort", "does not choose where hosts listen");
    }
  }

  /**
   * Checks what would be done.
   *
   * @throws Refused when it would overwrite an image that is perhaps another's
   */
  static void require(Order order, Scope scope) {
    for (VolumePlan volume : order.disks()) {
      if (scope.domains() != null && volume.moved() && volume.action() != Action.CREATE) {
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
