package dev.virtferry.libvirt;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Reads what virt-ferry needs of a domain's definition and of a host's capabilities. */
final class DomainXml {

  private static final long KIB = 1024;

  private final Element root;

  private DomainXml(Element root) {
    this.root = root;
  }

  static DomainXml parse(String xml) {
    return new DomainXml(Xml.parse(xml));
  }

  String name() {
    return Xml.text(root, "name").orElse("");
  }

  UUID uuid() {
    return UUID.fromString(Xml.text(root, "uuid").orElseThrow());
  }

  /** {@code host/uuid} of the capabilities. */
  UUID hostIdentity() {
    return Xml.child(root, "host")
        .flatMap(host -> Xml.text(host, "uuid"))
        .map(UUID::fromString)
        .orElseThrow();
  }

  /** {@code currentMemory}, else {@code memory}; libvirt always writes KiB. */
  long memoryBytes() {
    return Xml.text(root, "currentMemory")
            .or(() -> Xml.text(root, "memory"))
            .map(Long::parseLong)
            .orElse(0L)
        * KIB;
  }

  int hostDevices() {
    return devices("hostdev").size();
  }

  List<DomainDisk> disks() {
    return devices("disk").stream().map(DomainXml::disk).toList();
  }

  private List<Element> devices(String name) {
    return Xml.child(root, "devices").map(devices -> Xml.children(devices, name)).orElse(List.of());
  }

  private static DomainDisk disk(Element disk) {
    Optional<Element> target = Xml.child(disk, "target");
    String type = Xml.attribute(disk, "type", "file");
    return new DomainDisk(
        target.map(t -> Xml.attribute(t, "dev", "")).orElse(""),
        Xml.attribute(disk, "device", "disk"),
        target.map(t -> Xml.attribute(t, "bus", "")).orElse(""),
        type,
        Xml.child(disk, "source").map(source -> source(type, source)).orElse(null),
        Xml.child(disk, "driver").map(driver -> Xml.attribute(driver, "type", "raw")).orElse("raw"),
        Xml.child(disk, "readonly").isPresent(),
        Xml.child(disk, "shareable").isPresent(),
        0);
  }

  private static @Nullable String source(String type, Element source) {
    String words =
        switch (type) {
          case "file" -> Xml.attribute(source, "file", "");
          case "block" -> Xml.attribute(source, "dev", "");
          case "dir" -> Xml.attribute(source, "dir", "");
          case "network" ->
              Xml.attribute(source, "protocol", "") + ":" + Xml.attribute(source, "name", "");
          case "volume" ->
              Xml.attribute(source, "pool", "") + "/" + Xml.attribute(source, "volume", "");
          default -> type;
        };
    return words.isEmpty() ? null : words;
  }
}
