package dev.virtferry.disk;

import dev.virtferry.libvirt.DomainDisk;
import java.nio.file.Path;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Which disks both hosts see alike. Network sources are shared; files and block devices are local
 * unless a configured path covers them. libvirt's own word for shared, {@code <shareable/>}, means
 * something else.
 */
@Component
public final class SharedStorage {

  private final List<Path> paths;

  SharedStorage(DiskProperties properties) {
    this.paths = properties.sharedPaths().stream().map(path -> Path.of(path).normalize()).toList();
  }

  public boolean holds(DomainDisk disk) {
    return switch (disk.sourceType()) {
      case "network" -> true;
      case "file", "block", "dir" -> covered(disk.source());
      default -> false;
    };
  }

  private boolean covered(@org.jspecify.annotations.Nullable String source) {
    return source != null && paths.stream().anyMatch(Path.of(source).normalize()::startsWith);
  }
}
