package dev.virtferry.disk;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The storage of one host, as far as its pools show it. */
record PoolView(Storage storage, HostAddress host, List<StoragePool> pools) {

  Optional<StoragePool> named(String name) {
    return pools.stream().filter(pool -> pool.name().equals(name)).findFirst();
  }

  /** The pool whose directory a file lies in directly: pools do not look into subdirectories. */
  Optional<StoragePool> covering(String file) {
    Path directory = Path.of(file).normalize().getParent();
    return pools.stream()
        .filter(pool -> !pool.path().isEmpty())
        .filter(pool -> Path.of(pool.path()).normalize().equals(directory))
        .findFirst();
  }

  Optional<StorageVolume> volume(String pool, String name) {
    return storage.volume(host, pool, name);
  }

  /** The volume of a file, where a pool covers it. */
  Optional<StorageVolume> volume(String file) {
    return covering(file).flatMap(pool -> volume(pool.name(), fileName(file)));
  }

  String name() {
    return host.name();
  }

  static String fileName(String file) {
    return String.valueOf(Path.of(file).getFileName());
  }
}
