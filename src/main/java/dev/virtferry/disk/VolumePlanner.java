package dev.virtferry.disk;

import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.StoragePool;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Finds a place for each disk of one wish, or says what is in the way. */
final class VolumePlanner {

  private final VolumePlanInput input;
  private final PlaceFinder places;
  private final CopyPlanner copies;
  private final StayingDisks staying;
  private final Overwriting overwriting;
  private final PoolGrowth growth;
  private final Obstacles obstacles = new Obstacles();
  private final List<VolumePlan> plans = new ArrayList<>();

  VolumePlanner(VolumePlanInput input) {
    this.input = input;
    var reached = new FilesReached(input.destination());
    this.places = new PlaceFinder(input);
    this.overwriting = new Overwriting(input);
    this.growth = new PoolGrowth(input);
    this.copies = new CopyPlanner(input, reached, overwriting, growth, obstacles);
    this.staying =
        new StayingDisks(input, new FilesRead(input, reached), new LocalFiles(input), obstacles);
  }

  Placement placement() {
    CopyWish wish = input.wish();
    requireCopied(wish);
    for (int i = 0; i < wish.disks().size(); i++) {
      CopiedDisk copied = copied(wish, i);
      obstacles.addFailureOf(copied.target(), copied.pointer(), () -> place(copied));
    }
    for (DomainDisk disk : wish.staying()) {
      obstacles.addFailureOf(disk.target(), "#/destUri", () -> staying.require(disk));
    }
    for (StoragePool pool : input.destination().pools()) {
      obstacles.addFailureOf(null, "#/disks", () -> growth.requireRoom(pool, obstacles));
    }
    return new Placement(
        plans, obstacles.all(), overwriting.images(), overwriting.changed(), doubts());
  }

  private static CopiedDisk copied(CopyWish wish, int i) {
    DomainDisk disk = wish.disks().get(i);
    return new CopiedDisk(
        disk, Objects.requireNonNull(disk.image()), wish.listed() ? "#/disks/" + i : "#/copy");
  }

  private List<String> doubts() {
    return Stream.of(
            input.source().doubts(),
            input.destination().doubts(),
            obstacles.doubts(),
            growth.doubts())
        .flatMap(Collection::stream)
        .toList();
  }

  private void requireCopied(CopyWish wish) {
    for (String target : wish.places().keySet()) {
      if (wish.disks().stream().noneMatch(disk -> disk.target().equals(target))) {
        obstacles.add(
            null, "#/volumes/" + target, "%s is not copied; leave it out.".formatted(target));
      }
    }
  }

  private void place(CopiedDisk copied) {
    switch (places.find(copied)) {
      case Place.InPool place -> copies.plan(copied, place).ifPresent(plans::add);
      case Place.Unseen _ -> copies.expect(copied).ifPresent(plans::add);
      case Place.None none -> obstacles.add(copied.target(), none.pointer(), none.why());
    }
  }
}
