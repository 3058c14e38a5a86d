package dev.virtferry.migration.plan;

import dev.virtferry.disk.DiskChoice;
import dev.virtferry.disk.DiskChoice.Action;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.HostPath;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the disks of a domain's definition for the next start differ from those that it runs with.
 * libvirt carries that definition without a look at what it names, and copies nothing for it.
 *
 * @param now the disks that it runs with
 * @param then what would become of each disk of its next start if it were copied
 * @param copies the disks that are copied
 * @param destination where it will start
 */
record NextStart(
    List<DomainDisk> now, List<DiskChoice> then, List<VolumePlan> copies, String destination) {

  /** A sentence for each. They tell of the domain alone, and of nothing that hosts have. */
  List<String> differences() {
    return Stream.concat(
            then.stream().flatMap(choice -> of(choice).stream()),
            now.stream().flatMap(disk -> leaving(disk).stream()))
        .toList();
  }

  private Optional<String> of(DiskChoice choice) {
    DomainDisk disk = choice.disk();
    @Nullable DiskImage image = disk.image();
    if (image == null) {
      return Optional.empty();
    }
    return now.stream()
        .filter(running -> running.target().equals(disk.target()))
        .findFirst()
        .map(running -> unlike(running, choice, image))
        .orElseGet(
            () -> isThere(choice, image) ? Optional.empty() : Optional.of(added(disk, image)));
  }

  private Optional<String> unlike(DomainDisk running, DiskChoice choice, DiskImage then) {
    @Nullable DiskImage image = running.image();
    if (image != null && isImageOf(running, then)) {
      return image.format().equals(then.format())
          ? Optional.empty()
          : Optional.of(
              "From its next start on %s (%s) is read as %s, and now it is as %s."
                  .formatted(running.target(), then.location(), then.format(), image.format()));
    }
    return isThere(choice, then) ? Optional.empty() : Optional.of(otherwise(running, image, then));
  }

  /** Both hosts see it, it is left out where it is missing, or it comes as another disk. */
  private boolean isThere(DiskChoice choice, DiskImage image) {
    return choice.action() == Action.SHARED
        || choice.disk().dispensable()
        || copies.stream().anyMatch(copy -> !copy.moved() && isFrom(copy, image));
  }

  private boolean isImageOf(DomainDisk running, DiskImage then) {
    @Nullable DiskImage image = running.image();
    return copies.stream()
            .anyMatch(copy -> copy.target().equals(running.target()) && isFrom(copy, then))
        || (image != null
            && image.type() == then.type()
            && HostPath.same(image.location(), then.location()));
  }

  private static boolean isFrom(VolumePlan copy, DiskImage image) {
    return copy.defined(Definition.PERSISTENT).names().stream()
        .anyMatch(name -> HostPath.same(name, image.location()));
  }

  private String added(DomainDisk disk, DiskImage image) {
    return ("From its next start on it has %s (%s) as well, which is not copied: have it on %s by"
            + " then, or take it out of the persistent definition.")
        .formatted(disk.target(), image.location(), destination);
  }

  private String otherwise(DomainDisk running, @Nullable DiskImage now, DiskImage then) {
    return ("From its next start on %s is %s, and now it is %s; the former is not copied: have it on"
            + " %s by then, or change the persistent definition.")
        .formatted(
            running.target(), then.location(), now == null ? "empty" : now.location(), destination);
  }

  private Optional<String> leaving(DomainDisk running) {
    return Optional.ofNullable(running.image())
        .filter(_ -> then.stream().map(DiskChoice::disk).noneMatch(disk -> keeps(disk, running)))
        .map(image ->
            ("The persistent definition has no %s (%s): the domain has it on %s until it stops, and"
                    + " not after.")
                .formatted(running.target(), image.location(), destination));
  }

  private boolean keeps(DomainDisk then, DomainDisk running) {
    @Nullable DiskImage image = then.image();
    return then.target().equals(running.target()) || (image != null && isImageOf(running, image));
  }
}
