package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.HostFile.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Which paths have to be on a host before a domain starts there, besides its disks. */
final class NeededFiles {

  /** Every host has these. */
  private static final Set<String> ALWAYS_THERE =
      Set.of(
          "/",
          "/dev",
          "/dev/shm",
          "/dev/random",
          "/dev/urandom",
          "/run",
          "/tmp",
          "/var/log",
          "/var/log/libvirt",
          "/var/run",
          "/var/tmp");

  /** libvirt makes what it names itself in these. */
  private static final List<String> LIBVIRTS =
      List.of(
          "/var/lib/libvirt/qemu",
          "/var/lib/libvirt/swtpm",
          "/var/log/libvirt/qemu",
          "/run/libvirt",
          "/var/run/libvirt");

  private NeededFiles() {}

  /** Each once. */
  static List<Need> of(Element root, List<NamedFile> opened) {
    Stream<HostFile> templates =
        Xml.child(root, "os").stream()
            .flatMap(os -> Xml.children(os, "nvram").stream())
            .map(nvram -> nvram.getAttribute("template"))
            .filter(path -> !path.isEmpty())
            .map(path -> new HostFile("os/nvram", Xml.absolute(path), Kind.SPECIAL));
    return Stream.concat(opened.stream().flatMap(NeededFiles::of), templates)
        .filter(file -> !isAlwaysThere(file.path()))
        .distinct()
        .<Need>map(file -> file)
        .toList();
  }

  private static boolean isAlwaysThere(String path) {
    return ALWAYS_THERE.contains(path)
        || LIBVIRTS.stream().anyMatch(own -> path.equals(own) || path.startsWith(own + "/"));
  }

  private static Stream<HostFile> of(NamedFile file) {
    boolean ofADisk = file.place().startsWith("devices/disk");
    return switch (file.kind()) {
      case PATH, FOLDER -> ofADisk ? Stream.empty() : Stream.of(needed(file));
      case VOLUME, NETWORK -> Stream.empty();
    };
  }

  private static HostFile needed(NamedFile file) {
    @Nullable HostPath folder = HostPath.of(file.name()).parent();
    return switch (kind(file)) {
      case FILE -> new HostFile(file.place(), file.name(), Kind.FILE);
      case SPECIAL -> new HostFile(file.place(), file.name(), Kind.SPECIAL);
      case FOLDER ->
          new HostFile(file.place(), folder == null ? "/" : folder.toString(), Kind.FOLDER);
    };
  }

  private static Kind kind(NamedFile file) {
    String place = file.place();
    if (file.readOnly()) {
      boolean plain = place.startsWith("os/") || place.equals("sysinfo") || place.endsWith("/rom");
      return plain ? Kind.FILE : Kind.SPECIAL;
    }
    boolean served = place.equals("devices/filesystem") || place.equals("devices/tpm");
    return switch (file.type()) {
      case "mount", "dev", "block", "pipe" -> Kind.SPECIAL;
      case "unix" -> served ? Kind.SPECIAL : Kind.FOLDER;
      default -> place.equals("os/loader") ? Kind.FILE : Kind.FOLDER;
    };
  }
}
