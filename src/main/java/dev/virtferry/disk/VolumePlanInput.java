package dev.virtferry.disk;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.StorageVolume;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the copies of one wish are planned from: what is asked for, and what both hosts show. */
record VolumePlanInput(
    CopyWish wish,
    PoolView source,
    PoolView destination,
    FilesInUse.Look files,
    SharedStorage shared) {

  boolean incremental() {
    return wish.mode() == CopyMode.INCREMENTAL;
  }

  /** Whatever an image is known by, where it is and where it will be made. */
  Set<ImageName> names(String path, Optional<StorageVolume> there) {
    Set<ImageName> names = new LinkedHashSet<>();
    names.add(name(path));
    there.map(files::otherNames).orElse(List.of()).forEach(other -> names.add(name(other)));
    return names;
  }

  ImageName name(String path) {
    return new ImageName(files.isShared(path) ? null : destination.name(), path);
  }

  /** What the image's place at the destination shows now. */
  Optional<StorageVolume> there(DiskImage image) {
    return destination.volume(image).map(destination::now);
  }

  /** Who writes there, beside the domain. */
  Stream<String> writers(String path, @Nullable StorageVolume there) {
    return files.writers(path, there, wish.domain()).stream().map(Claim::words);
  }
}
