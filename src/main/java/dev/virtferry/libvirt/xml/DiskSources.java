package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.NamedFile.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.w3c.dom.Element;

/** Reads what is behind a disk of a definition, and beneath that. */
final class DiskSources {

  private static final String DISK = "devices/disk";

  /** The types of images that have a place on a host, to which they can be copied. */
  private static final Set<String> PLACED = Set.of("file", "block", "volume");

  private DiskSources() {}

  /** The image of a disk that has a place on its host; each disk counts, also with one image. */
  static List<NamedFile> placed(Element disk) {
    List<NamedFile> found = new ArrayList<>();
    if (PLACED.contains(type(disk))) {
      for (Element source : Xml.children(disk, "source")) {
        found.add(of(disk, "file", Kind.PATH, Xml.absolute(source.getAttribute("file"))));
        found.add(of(disk, "block", Kind.PATH, Xml.absolute(source.getAttribute("dev"))));
        if (source.hasAttribute("pool") && source.hasAttribute("volume")) {
          String name = source.getAttribute("pool") + "/" + source.getAttribute("volume");
          found.add(of(disk, "volume", Kind.VOLUME, name));
        }
      }
    }
    return found.stream().filter(DiskSources::isAFile).toList();
  }

  private static NamedFile of(Element disk, String type, Kind kind, String name) {
    return new NamedFile(DISK, type, kind, name, "", target(disk), !isWritten(disk));
  }

  private static boolean isAFile(NamedFile file) {
    return !file.name().isEmpty() && !file.name().equals(OpenedFiles.NOTHING);
  }

  /**
   * What a server has for a disk: it is never copied, be it by a network or behind a socket of the
   * host, and who shares one on purpose says so.
   */
  static List<NamedFile> served(Element disk) {
    List<NamedFile> found = new ArrayList<>();
    if (Xml.child(disk, "shareable").isEmpty()) {
      found.addAll(served(disk, DISK, target(disk), !isWritten(disk)));
      Optional<Element> beneath = Xml.child(disk, "backingStore");
      while (beneath.isPresent()) {
        found.addAll(served(beneath.get(), DISK + "/backingStore", target(disk), true));
        beneath = Xml.child(beneath.get(), "backingStore");
      }
    }
    return found.stream().filter(DiskSources::isAFile).toList();
  }

  private static List<NamedFile> served(
      Element image, String place, String target, boolean readOnly) {
    String type = type(image);
    List<NamedFile> found = new ArrayList<>();
    if (!PLACED.contains(type)) {
      for (Element source : Xml.children(image, "source")) {
        if (source.hasAttribute("protocol")) {
          String name = ServedImage.name(source);
          found.add(new NamedFile(place, type, Kind.NETWORK, name, "", target, readOnly));
        }
        for (String named : List.of("path", "dev", "dir")) {
          String path = Xml.absolute(source.getAttribute(named));
          found.add(new NamedFile(place, type, Kind.PATH, path, "", target, readOnly));
        }
      }
    }
    return found;
  }

  private static boolean isWritten(Element disk) {
    return Xml.child(disk, "readonly").isEmpty() && !disk.getAttribute("device").equals("cdrom");
  }

  private static String type(Element image) {
    return Xml.attribute(image, "type", "file");
  }

  private static String target(Element disk) {
    return Xml.child(disk, "target").map(target -> target.getAttribute("dev")).orElse("");
  }
}
