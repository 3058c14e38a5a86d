package dev.virtferry.disk;

import dev.virtferry.disk.image.IncomparableImage;
import dev.virtferry.disk.image.Qcow2Header;
import dev.virtferry.disk.image.VmdkDescriptor;
import dev.virtferry.disk.image.WrittenName;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that an image's own header names, of which libvirt tells nothing: where a qcow2 image
 * keeps a guest's data ({@code data_file}), and the extents and the parent of a vmdk image. Each
 * image is read once during a look.
 */
final class FilesBeside {

  private static final Logger log = LoggerFactory.getLogger(FilesBeside.class);

  /** Its version, as libvirt names it, has no features. */
  private static final String VERSION_2 = "0.10";

  private final PoolView pools;
  private final Map<String, Optional<List<String>>> read = new HashMap<>();

  FilesBeside(PoolView pools) {
    this.pools = pools;
  }

  /**
   * Their absolute paths, not normalised, and of what is no path the text; empty when the image
   * can't be read, so that it may name any.
   */
  Optional<List<String>> of(StorageVolume image) {
    return read.computeIfAbsent(image.path(), _ -> named(image));
  }

  private Optional<List<String>> named(StorageVolume image) {
    try {
      return Optional.of(written(image).distinct().toList());
    } catch (IncomparableImage e) {
      // QEMU does not open it either.
      return Optional.of(List.of());
    } catch (LibvirtFailure e) {
      log.warn("{} on {} can't be read: {}", image.path(), pools.name(), e.message());
      return e.is(ErrorNumber.NO_STORAGE_VOL) ? Optional.of(List.of()) : Optional.empty();
    }
  }

  /** Only images whose header has room for a name cost a call. */
  private Stream<String> written(StorageVolume image) {
    return switch (image.format()) {
      case "qcow2" ->
          image.layout() != null && image.layout().compat().equals(VERSION_2)
              ? Stream.of()
              : Stream.ofNullable(Qcow2Header.of(pools.reader(image)).externalFile())
                  .flatMap(name -> meant(image, new WrittenName(name)));
      case "vmdk" -> extents(image, VmdkDescriptor.within(pools.reader(image), image.fileBytes()));
      case "raw" ->
          image.capacityBytes() > 0 && image.capacityBytes() <= VmdkDescriptor.LONGEST
              ? extents(
                  image, VmdkDescriptor.alone(pools.reader(image), (int) image.capacityBytes()))
              : Stream.of();
      default -> Stream.of();
    };
  }

  private static Stream<String> extents(StorageVolume image, List<String> names) {
    return names.stream()
        .map(WrittenName::new)
        .flatMap(name -> Stream.concat(beside(image, name), text(name)));
  }

  /**
   * What an image means by a name. QEMU looks where it was started, which is {@code /} by libvirt,
   * and others look beside the image.
   */
  static Stream<String> meant(StorageVolume image, WrittenName name) {
    Stream<String> fromTheRoot =
        name.paths().filter(path -> !path.isEmpty() && !path.startsWith("/")).map("/"::concat);
    return Stream.of(beside(image, name), fromTheRoot, text(name)).flatMap(names -> names);
  }

  /** Where a path goes up again only its host can follow, so it stays as it is. */
  private static Stream<String> beside(StorageVolume image, WrittenName name) {
    HostPath own = HostPath.of(image.path());
    return name.paths()
        .filter(path -> !path.isEmpty())
        .map(path -> HostPath.beside(image.path(), path))
        .filter(path -> !HostPath.of(path).equals(own));
  }

  private static Stream<String> text(WrittenName name) {
    return name.isPath() ? Stream.of() : Stream.of(name.text());
  }
}
