package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.CarriedDefinition;
import dev.virtferry.libvirt.Definition;
import dev.virtferry.libvirt.HostPath;
import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.Relocation;
import dev.virtferry.libvirt.Relocation.Copy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** A definition of a domain on its way to another host. */
public final class MovedDefinition {

  private MovedDefinition() {}

  /**
   * What there is to know of a definition before it is carried.
   *
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  public static CarriedDefinition read(String xml, Definition which) {
    List<NamedFile> opened =
        switch (which) {
          case LIVE -> OpenedFiles.in(xml);
          case PERSISTENT -> OpenedFiles.atTheNextStart(xml);
        };
    Element root = Xml.parse(xml);
    return new CarriedDefinition(
        opened,
        targets(root, disk -> chain(disk).isPresent()),
        targets(root, disk -> data(disk).isPresent()),
        DomainXml.disks(root),
        HostNeeds.of(root, opened));
  }

  private static Set<String> targets(Element root, Predicate<Element> disks) {
    return DomainXml.devices(root, "disk").stream()
        .filter(disks)
        .map(DomainXml::target)
        .collect(Collectors.toSet());
  }

  /**
   * The definition as it is to arrive; nothing else of it is changed.
   *
   * @param places what it says there of the domain's files
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  public static String of(String xml, Relocation places) {
    Element root = Xml.parse(xml);
    for (Element disk : DomainXml.devices(root, "disk")) {
      Optional.ofNullable(places.disks().get(DomainXml.target(disk)))
          .filter(copy -> isCopied(disk, copy))
          .ifPresent(copy -> settle(disk, copy));
    }
    moveFiles(root, places.files());
    return XmlText.of(root);
  }

  private static void moveFiles(Element root, Map<String, String> files) {
    Xml.child(root, "os")
        .flatMap(os -> Xml.child(os, "nvram"))
        .ifPresent(nvram -> rename(nvram, files));
    DomainXml.devices(root, "pstore").stream()
        .flatMap(pstore -> Xml.children(pstore, "path").stream())
        .forEach(path -> rename(path, files));
  }

  /** Whether the image of the disk in this definition is the one that is copied. */
  private static boolean isCopied(Element disk, Copy copy) {
    return copy.names().isEmpty()
        || Xml.child(disk, "source")
            .map(source -> DomainXml.location(Xml.attribute(disk, "type", "file"), source))
            .filter(
                location -> copy.names().stream().anyMatch(name -> HostPath.same(name, location)))
            .isPresent();
  }

  private static void settle(Element disk, Copy copy) {
    @Nullable String place = copy.place();
    if (place != null) {
      Xml.child(disk, "source").ifPresent(source -> relocate(disk, source, place));
    }
    chain(disk).ifPresent(disk::removeChild);
    data(disk).ifPresent(data -> data.getParentNode().removeChild(data));
  }

  private static void relocate(Element disk, Element source, String place) {
    List.of("file", "dev", "dir", "pool", "volume", "mode").forEach(source::removeAttribute);
    disk.setAttribute("type", "file");
    source.setAttribute("file", place);
  }

  /** What it says of the images beneath; that there are none is said of the guest's disk. */
  private static Optional<Element> chain(Element disk) {
    return Xml.child(disk, "backingStore").filter(Element::hasAttributes);
  }

  private static Optional<Element> data(Element disk) {
    return Xml.child(disk, "source").flatMap(source -> Xml.child(source, "dataStore"));
  }

  private static void rename(Element file, Map<String, String> names) {
    List<Element> sources = Xml.children(file, "source");
    for (Element source : sources) {
      String name = names.get(Xml.absolute(source.getAttribute("file")));
      if (name != null) {
        source.setAttribute("file", name);
      }
    }
    String name = names.get(Xml.absolute(file.getTextContent()));
    if (sources.isEmpty() && name != null) {
      file.setTextContent(name);
    }
  }
}
