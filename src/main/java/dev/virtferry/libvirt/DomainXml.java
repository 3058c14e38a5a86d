package dev.virtferry.libvirt;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Reads what virt-ferry needs of libvirt's XML. Document types and entities are refused. */
final class DomainXml {

  private static final long KIB = 1024;

  private final Element root;

  private DomainXml(Element root) {
    this.root = root;
  }

  /** Parses a document of libvirt's, a domain's or the capabilities'. */
  static DomainXml parse(String xml) {
    try {
      var factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      return new DomainXml(
          builder.parse(new InputSource(new StringReader(xml))).getDocumentElement());
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalArgumentException("Not a document of libvirt's: " + e.getMessage(), e);
    }
  }

  String name() {
    return text(root, "name").orElse("");
  }

  UUID uuid() {
    return UUID.fromString(text(root, "uuid").orElseThrow());
  }

  /** {@code host/uuid} of the capabilities. */
  UUID hostIdentity() {
    return child(root, "host")
        .flatMap(host -> text(host, "uuid"))
        .map(UUID::fromString)
        .orElseThrow();
  }

  /** {@code currentMemory}, else {@code memory}; libvirt always writes KiB. */
  long memoryBytes() {
    return text(root, "currentMemory")
            .or(() -> text(root, "memory"))
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
    return child(root, "devices").map(devices -> children(devices, name)).orElse(List.of());
  }

  private static DomainDisk disk(Element disk) {
    Optional<Element> target = child(disk, "target");
    String type = attribute(disk, "type", "file");
    return new DomainDisk(
        target.map(t -> attribute(t, "dev", "")).orElse(""),
        attribute(disk, "device", "disk"),
        target.map(t -> attribute(t, "bus", "")).orElse(""),
        type,
        child(disk, "source").map(source -> source(type, source)).orElse(null),
        child(disk, "driver").map(driver -> attribute(driver, "type", "raw")).orElse("raw"),
        child(disk, "readonly").isPresent(),
        child(disk, "shareable").isPresent(),
        0);
  }

  private static @Nullable String source(String type, Element source) {
    String words =
        switch (type) {
          case "file" -> attribute(source, "file", "");
          case "block" -> attribute(source, "dev", "");
          case "dir" -> attribute(source, "dir", "");
          case "network" -> attribute(source, "protocol", "") + ":" + attribute(source, "name", "");
          case "volume" -> attribute(source, "pool", "") + "/" + attribute(source, "volume", "");
          default -> type;
        };
    return words.isEmpty() ? null : words;
  }

  private static Optional<Element> child(Element parent, String name) {
    return children(parent, name).stream().findFirst();
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static Optional<String> text(Element parent, String name) {
    return child(parent, name).map(element -> element.getTextContent().strip());
  }

  private static String attribute(Element element, String name, String otherwise) {
    return element.hasAttribute(name) ? element.getAttribute(name) : otherwise;
  }
}
