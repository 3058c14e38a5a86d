package dev.virtferry.disk;

import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StorageVolume;
import java.nio.file.Path;
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

  /** {@code VIR_ERR_NO_STORAGE_VOL}. */
  private static final int NO_STORAGE_VOL = 50;

  /** Its version, as libvirt names it, has no features. */
  private static final String VERSION_2 = "0.10";

  private final PoolView pools;
  private final Map<String, Optional<List<String>>> read = new HashMap<>();

  FilesBeside(PoolView pools) {
    this.pools = pools;
  }

  /** Their absolute paths; empty when the image can't be read, so that it may name any. */
  Optional<List<String>> of(StorageVolume image) {
    return read.computeIfAbsent(image.path(), _ -> named(image));
  }

  private Optional<List<String>> named(StorageVolume image) {
    try {
      Path own = Path.of(image.path()).normalize();
      return Optional.of(
          written(image).stream()
              .map(name -> name.replaceFirst("^file:", ""))
              .filter(name -> !name.isEmpty())
              .map(name -> own.resolveSibling(name).normalize())
              .filter(path -> !path.equals(own))
              .map(Path::toString)
              .distinct()
              .toList());
    } catch (IncomparableImage e) {
      // QEMU does not open it either.
      return Optional.of(List.of());
    } catch (LibvirtFailure e) {
      log.warn("{} on {} can't be read: {}", image.path(), pools.name(), e.message());
      return e.code() == NO_STORAGE_VOL ? Optional.of(List.of()) : Optional.empty();
    }
  }

  /** Only images whose header has room for a name cost a call. */
  private List<String> written(StorageVolume image) {
    return switch (image.format()) {
      case "qcow2" ->
          image.layout() != null && image.layout().compat().equals(VERSION_2)
              ? List.of()
              : Stream.ofNullable(Qcow2Header.of(pools.reader(image)).externalFile())
                  .flatMap(FilesBeside::places)
                  .toList();
      case "vmdk" -> VmdkDescriptor.within(pools.reader(image), image.fileBytes());
      case "raw" ->
          image.capacityBytes() > 0 && image.capacityBytes() <= VmdkDescriptor.LONGEST
              ? VmdkDescriptor.alone(pools.reader(image), (int) image.capacityBytes())
              : List.of();
      default -> List.of();
    };
  }

  /**
   * What QEMU may open by a name, which may have a protocol before it, or be a whole description as
   * JSON. It looks where it was started, which is {@code /} by libvirt, and others look beside the
   * image.
   */
  private static Stream<String> places(String name) {
    Stream<String> paths =
        name.startsWith("json:")
            ? Stream.of(name.replace("\\/", "/").split("\"")).filter(text -> text.contains("/"))
            : Stream.of(name.replaceFirst("^file:", ""));
    return paths.flatMap(
        path -> path.startsWith("/") ? Stream.of(path) : Stream.of(path, "/" + path));
  }
}
