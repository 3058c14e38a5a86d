package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Machine;
import dev.virtferry.libvirt.SourceType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Reads what virt-ferry needs of a domain's definition and of a host's capabilities. */
public final class DomainXml {

  private static final long KIB = 1024;
  private static final String RAW = "raw";
  private static final Set<String> DISPENSABLE = Set.of("optional", "requisite");

  private final Element root;

  private DomainXml(Element root) {
    this.root = root;
  }

  public static DomainXml parse(String xml) {
    return new DomainXml(Xml.parse(xml));
  }

  public String name() {
    return Xml.name(root).orElse("");
  }

  public UUID uuid() {
    return UUID.fromString(Xml.needed(Xml.text(root, "uuid"), "uuid"));
  }

  /** {@code host/uuid} of the capabilities. */
  public UUID hostIdentity() {
    return UUID.fromString(
        Xml.needed(Xml.child(root, "host").flatMap(host -> Xml.text(host, "uuid")), "host/uuid"));
  }

  /** {@code currentMemory}, else {@code memory}; libvirt always writes KiB. */
  public long memoryBytes() {
    String memory = Xml.child(root, "currentMemory").isPresent() ? "currentMemory" : "memory";
    long kib = Xml.number(root, memory);
    if (kib > Long.MAX_VALUE / KIB) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "No guest has that much memory: %d KiB", kib));
    }
    return kib * KIB;
  }

  public Machine machine() {
    Optional<Element> type = Xml.child(root, "os").flatMap(os -> Xml.child(os, "type"));
    return new Machine(
        Xml.attribute(root, "type", ""),
        type.map(t -> t.getAttribute("arch")).orElse(""),
        type.map(t -> t.getAttribute("machine")).orElse(""),
        Xml.child(root, "cpu").map(XmlText::of).orElse(null),
        Xml.child(root, "devices")
            .flatMap(devices -> Xml.child(devices, "emulator"))
            .map(Element::getTextContent)
            .orElse(null));
  }

  public List<DomainDisk> disks() {
    return disks(root);
  }

  static List<DomainDisk> disks(Element domain) {
    return devices(domain, "disk").stream().map(DomainXml::disk).toList();
  }

  /** What libvirt calls each disk of a running domain when it talks to QEMU, by disk target. */
  public Map<String, String> aliases() {
    Map<String, String> aliases = new HashMap<>();
    for (Element disk : devices("disk")) {
      Xml.child(disk, "alias")
          .ifPresent(alias -> aliases.put(target(disk), alias.getAttribute("name")));
    }
    return aliases;
  }

  private List<Element> devices(String name) {
    return devices(root, name);
  }

  static List<Element> devices(Element domain, String name) {
    return Xml.child(domain, "devices")
        .map(devices -> Xml.children(devices, name))
        .orElse(List.of());
  }

  static String target(Element disk) {
    return Xml.child(disk, "target").map(t -> t.getAttribute("dev")).orElse("");
  }

  private static DomainDisk disk(Element disk) {
    Optional<Element> target = Xml.child(disk, "target");
    Optional<Element> driver = Xml.child(disk, "driver");
    String format = driver.map(d -> Xml.attribute(d, "type", RAW)).orElse(RAW);
    return new DomainDisk(
        target.map(t -> Xml.attribute(t, "dev", "")).orElse(""),
        Xml.attribute(disk, "device", "disk"),
        target.map(t -> Xml.attribute(t, "bus", "")).orElse(""),
        image(disk, format),
        Xml.child(disk, "readonly").isPresent(),
        Xml.child(disk, "shareable").isPresent(),
        driver.map(d -> d.getAttribute("discard").equals("unmap")).orElse(false),
        Xml.child(disk, "source")
            .map(source -> DISPENSABLE.contains(source.getAttribute("startupPolicy")))
            .orElse(false),
        // Older definitions have it beside the source.
        Stream.concat(Stream.of(disk), Xml.child(disk, "source").stream())
            .anyMatch(of -> Xml.child(of, "encryption").isPresent()),
        0,
        0);
  }

  /** Of a disk, or of a backing store, which has the same elements. */
  private static @Nullable DiskImage image(Element of, String format) {
    String type = Xml.attribute(of, "type", "file");
    Optional<Element> source = Xml.child(of, "source");
    String location = source.map(it -> location(type, it)).orElse("");
    return location.isEmpty()
        ? null
        : new DiskImage(
            SourceType.of(type),
            location,
            format,
            Xml.child(of, "backingStore").map(DomainXml::backing).orElse(null),
            source.map(DomainXml::sliceEnd).orElse(0L));
  }

  /** libvirt knows no other slices than those of type storage. */
  private static long sliceEnd(Element source) {
    return Xml.child(source, "slices")
        .flatMap(slices -> Xml.child(slices, "slice"))
        .map(DomainXml::end)
        .orElse(0L);
  }

  private static long end(Element slice) {
    long end =
        Long.parseLong(Xml.attribute(slice, "offset", "0"))
            + Long.parseLong(Xml.attribute(slice, "size", "0"));
    if (end < 0) {
      throw new IllegalArgumentException("No file has such a slice: " + XmlText.of(slice));
    }
    return end;
  }

  private static @Nullable DiskImage backing(Element store) {
    String format = Xml.child(store, "format").map(f -> f.getAttribute("type")).orElse(RAW);
    return image(store, format);
  }

  /** The {@link DiskImage#location} of what the source of a disk names. */
  static String location(String type, Element source) {
    return switch (SourceType.of(type)) {
      case FILE -> Xml.absolute(source.getAttribute("file"));
      case BLOCK -> Xml.absolute(source.getAttribute("dev"));
      case DIR -> Xml.absolute(source.getAttribute("dir"));
      case NETWORK -> source.getAttribute("protocol") + ":" + source.getAttribute("name");
      case VOLUME -> source.getAttribute("pool") + "/" + source.getAttribute("volume");
      case NVME, VHOSTUSER, VHOSTVDPA, UNKNOWN -> type;
    };
  }
}
