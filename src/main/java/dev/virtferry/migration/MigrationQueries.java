package dev.virtferry.migration;

import dev.virtferry.access.Scope;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What can be asked about migrations, for everybody but the run that carries one. A port like
 * {@link Migrations}, which changes them.
 */
public interface MigrationQueries {

  Optional<MigrationSnapshot> find(UUID id);

  /** The ETag of each of these that is there, by id; cheap. */
  Map<UUID, String> etags(Collection<UUID> ids);

  /** What an earlier request with that key made, unless that is too long ago. */
  Optional<IdempotencyRecord> keptUnder(IdempotencyKey key);

  /** The migrations of domains of that name or UUID that have not ended. */
  List<Migration> activeOf(String nameOrUuid);

  /** The migrations to that host that have not ended. */
  List<MigrationSnapshot> underWayTo(String destination);

  /** The migrations within that scope that have left the queue and not ended, by host. */
  Traffic traffic(Scope scope);

  MigrationQuery.Page list(MigrationQuery query);

  /** The changes of state, oldest first. */
  List<Transition> history(UUID id);
}
