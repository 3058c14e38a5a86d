package dev.virtferry.migration.plan;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.virtferry.libvirt.NamedFile;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a guest will open or bind at the destination besides its disks. libvirt opens such files
 * there without a look at whose they are, and migrates the content of NVRAM into whatever stands at
 * its path.
 *
 * @param opened as the source's definitions name it, volumes of pools by their paths, each once
 * @param renamed the paths that have the domain's new name in place of the old one
 */
record ArrivingFiles(List<NamedFile> opened, Map<String, String> renamed) {

  /** Those that libvirt may have named after the domain. */
  private static final Set<String> NAMED_BY_LIBVIRT = Set.of("os/nvram", "devices/pstore");

  private static final Pattern AFTER_THE_DOMAIN =
      Pattern.compile("(?s)(.*/libvirt/qemu/nvram/)([^/]+)(_(?:VARS|PSTORE)\\.[a-z0-9]+)");

  /**
   * Names them as they will be.
   *
   * @param name of the domain at the source
   * @param newName of the domain at the destination
   */
  static ArrivingFiles of(List<NamedFile> opened, String name, String newName) {
    List<NamedFile> once = opened.stream().distinct().toList();
    return new ArrivingFiles(
        once,
        once.stream()
            .filter(file -> NAMED_BY_LIBVIRT.contains(file.place()))
            .map(NamedFile::name)
            .distinct()
            .filter(path -> !renamed(path, name, newName).equals(path))
            .collect(toMap(path -> path, path -> renamed(path, name, newName))));
  }

  private static String renamed(String path, String name, String newName) {
    Matcher parts = AFTER_THE_DOMAIN.matcher(path);
    return parts.matches() && parts.group(2).equals(name)
        ? parts.group(1) + newName + parts.group(3)
        : path;
  }

  /** The path at the destination; what is opened with a file is named after it. */
  String path(NamedFile file) {
    return renamed.entrySet().stream()
        .filter(name -> file.name().startsWith(name.getKey()))
        .map(name -> name.getValue() + file.name().substring(name.getKey().length()))
        .findFirst()
        .orElse(file.name());
  }

  /** All of them. */
  Set<String> paths() {
    return opened.stream().map(this::path).collect(toSet());
  }

  /** Those that it writes or binds, or those that it only reads or connects to. */
  List<String> paths(boolean readOnly) {
    return opened.stream()
        .filter(file -> file.readOnly() == readOnly)
        .map(this::path)
        .distinct()
        .toList();
  }
}
