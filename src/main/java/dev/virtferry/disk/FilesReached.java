package dev.virtferry.disk;

import dev.virtferry.disk.image.WrittenName;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Which files a guest would read with an image of one host, by the headers as they are there: what
 * is beneath it and beside it, and beneath and beside that in turn, as far as pools show it.
 */
final class FilesReached {

  private final PoolView pools;
  private final FilesBeside beside;

  FilesReached(PoolView pools) {
    this.pools = pools;
    this.beside = new FilesBeside(pools);
  }

  /**
   * All of them.
   *
   * @return absolute paths, without the image's own
   */
  Set<String> from(StorageVolume image) {
    return reached(image, this::names);
  }

  /**
   * The same without what is beneath.
   *
   * @return empty when a header can't be read, or names what only QEMU understands, so that it may
   *     be any file
   */
  Optional<Set<String>> beside(StorageVolume image) {
    return beside
        .of(image)
        .filter(names -> names.stream().allMatch(FilesReached::isPath))
        .map(names -> reached(image, _ -> names.stream()));
  }

  private Set<String> reached(
      StorageVolume image, Function<StorageVolume, Stream<String>> namedFirst) {
    Set<String> found = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(namedFirst.apply(image).toList());
    while (!open.isEmpty()) {
      String path = open.remove();
      if (isPath(path) && !path.equals(image.path()) && found.add(path)) {
        pools.shownNow(path).stream().flatMap(this::names).forEach(open::add);
      }
    }
    return found;
  }

  private Stream<String> names(StorageVolume image) {
    return Stream.concat(
        beneath(image), beside.of(image).stream().flatMap(names -> names.stream()));
  }

  private static Stream<String> beneath(StorageVolume image) {
    Backing backing = image.backing();
    return backing == null
        ? Stream.of()
        : FilesBeside.meant(image, new WrittenName(backing.path()));
  }

  private static boolean isPath(String name) {
    return name.startsWith("/");
  }
}
