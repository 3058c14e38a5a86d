package dev.virtferry.migration.plan;

import dev.virtferry.access.Scope;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.CopyWish;
import dev.virtferry.disk.DestinationVolumes;
import dev.virtferry.disk.DiskSelection;
import dev.virtferry.disk.Placement;
import dev.virtferry.disk.Selection;
import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.OwnImages;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Decides which disks of a domain are copied, and finds a place for each. */
@Component
final class DiskPlanner {

  private final Storage storage;
  private final DiskSelection selection;
  private final MigrationQueries queries;
  private final OwnImages ownImages;

  DiskPlanner(
      Storage storage, DiskSelection selection, MigrationQueries queries, OwnImages ownImages) {
    this.storage = storage;
    this.selection = selection;
    this.queries = queries;
    this.ownImages = ownImages;
  }

  /** Which of the domain's disks are copied, as far as the source can tell. */
  SelectedDisks select(PlanInput input) {
    MigrationSpec spec = input.spec();
    List<StoragePool> pools = storage.pools(input.source().address());
    return new SelectedDisks(
        selection.select(input.domain().disks(), pools, spec.disks(), spec.copy()), pools);
  }

  /**
   * Plans the disks. Changes nothing, but for what is remembered as the domain's own and is not any
   * more.
   *
   * @param files what the domain opens at the destination besides
   * @param places of the destination; null where it is the source, so that nothing is placed
   * @param self the migration that is planned again; null for a new one
   * @param scope of whoever is told of the plan
   */
  PlacedDisks plan(
      PlanInput input,
      SelectedDisks disks,
      ArrivingFiles files,
      DestinationVolumes.@Nullable Look places,
      @Nullable UUID self,
      Scope scope,
      PlanChecks checks) {
    Selection selected = disks.selection();
    Placement placement =
        places == null
            ? Placement.NONE
            : Discretion.of(places.plan(wish(input, selected, files, self), disks.pools()), scope);
    var placed = new PlacedDisks(selected, placement);
    checks.add(
        Subject.DISKS,
        placed.problems(),
        places == null ? List.of() : placed.doubts(),
        "every disk can go or stay as asked");
    tell(placed, input.destination().name(), checks);
    ownImages.forget(input.domain().uuid(), placement.changed());
    return placed;
  }

  /** What the destination keeps of the domain for its next start, where it keeps anything. */
  void lookAtNextStart(
      PlanInput input,
      SelectedDisks disks,
      PlacedDisks placed,
      List<CarriedDefinition> carried,
      PlanChecks checks) {
    if (input.persists()) {
      List<DomainDisk> then = carried.getLast().disks();
      checks.add(
          Subject.NEXT_START,
          List.of(),
          new NextStart(
                  input.domain().disks(),
                  selection.select(then, disks.pools(), null, CopyMode.FULL).choices(),
                  placed.placement().volumes(),
                  input.destination().name())
              .differences(),
          "its definition has the same disks");
    }
  }

  private static void tell(PlacedDisks placed, String destination, PlanChecks checks) {
    Placement placement = placed.placement();
    checks.add(
        Subject.STORAGE,
        placed.storageProblems(),
        Stream.concat(placement.unseen(destination).stream(), placement.doubts().stream()).toList(),
        placed.selected().chosen().isEmpty() ? "no disk is copied" : "every copy has a place");
  }

  private CopyWish wish(
      PlanInput input, Selection selected, ArrivingFiles files, @Nullable UUID self) {
    MigrationSpec spec = input.spec();
    UUID domain = input.domain().uuid();
    boolean copies = !selected.chosen().isEmpty();
    // They may want the same room and the same images.
    List<MigrationSnapshot> others =
        copies ? queries.underWayTo(input.destination().name()) : List.of();
    return new CopyWish(
        domain,
        selected.chosen(),
        selected.staying(),
        input.domain().disks().stream().filter(disk -> !selected.chosen().contains(disk)).toList(),
        files.paths(),
        spec.disks() != null,
        input.mode(),
        spec.options().storage().verifyBacking(),
        spec.volumes(),
        Reservations.bytes(others, self),
        Reservations.images(others, domain),
        spec.options().storage().overwrite(),
        copies ? ownImages.of(domain) : Map.of());
  }
}
