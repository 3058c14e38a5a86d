package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StoragePool.Standing;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.StorageVolume.Permissions;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import dev.virtferry.libvirt.VolumeSpec;
import java.io.StringWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Pools and volumes as libvirt's XML. */
public final class VolumeXml {

  private VolumeXml() {}

  public static StoragePool pool(String xml, long availableBytes) {
    Element pool = Xml.parse(xml);
    return new StoragePool(
        Xml.name(pool).orElse(""),
        pool.getAttribute("type"),
        Xml.child(pool, "target").flatMap(Xml::path).orElse(""),
        devices(pool),
        availableBytes,
        Standing.ANSWERS);
  }

  private static List<String> devices(Element pool) {
    return Xml.children(pool, "source").stream()
        .flatMap(source -> Xml.children(source, "device").stream())
        .map(device -> device.getAttribute("path"))
        .filter(path -> !path.isEmpty())
        .toList();
  }

  public static StorageVolume volume(String pool, String xml) {
    Element volume = Xml.parse(Xml.said(xml));
    Element target = Xml.needed(Xml.child(volume, "target"), "target");
    String format = format(target);
    return new StorageVolume(
        pool,
        Xml.name(volume).orElse(""),
        Xml.path(target).orElse(""),
        format,
        Xml.number(volume, "capacity"),
        Xml.number(volume, "allocation"),
        Xml.number(volume, "physical"),
        format.equals("qcow2") ? layout(target) : null,
        Xml.child(target, "permissions").map(VolumeXml::permissions).orElse(null),
        Xml.child(target, "encryption").isPresent(),
        Xml.child(volume, "backingStore").flatMap(VolumeXml::backing).orElse(null),
        Xml.child(target, "timestamps").flatMap(VolumeXml::timestamps).orElse(null));
  }

  private static String format(Element of) {
    return Xml.child(of, "format").map(element -> element.getAttribute("type")).orElse("raw");
  }

  /** An image without a version is of the oldest. */
  private static Layout layout(Element target) {
    return new Layout(
        Xml.text(target, "compat").orElse("0.10"),
        Xml.number(target, "clusterSize"),
        Xml.child(target, "features")
            .map(features -> Xml.children(features).stream().map(Element::getTagName).toList())
            .orElse(List.of()));
  }

  private static Permissions permissions(Element permissions) {
    return new Permissions(
        Xml.text(permissions, "mode").orElse("0600"),
        Xml.text(permissions, "owner").orElse("0"),
        Xml.text(permissions, "group").orElse("0"));
  }

  private static Optional<Timestamps> timestamps(Element timestamps) {
    return Xml.text(timestamps, "mtime")
        .flatMap(modified ->
            Xml.text(timestamps, "ctime")
                .map(changed -> new Timestamps(instant(modified), instant(changed))));
  }

  /** Seconds since 1970, and perhaps nine digits of their fraction. */
  private static Instant instant(String text) {
    String[] parts = text.split("\\.", 2);
    try {
      long nanos = parts.length == 1 ? 0 : Long.parseLong(parts[1]);
      return Instant.ofEpochSecond(Long.parseLong(parts[0]), nanos);
    } catch (DateTimeException | ArithmeticException e) {
      throw new IllegalArgumentException("No time: " + text, e);
    }
  }

  private static Optional<Backing> backing(Element store) {
    return Xml.path(store).map(path -> new Backing(path, format(store)));
  }

  /**
   * What {@code virStorageVolCreateXML} is given.
   *
   * @throws IllegalArgumentException when XML can't say a name or path of it
   */
  public static String of(VolumeSpec spec) {
    var text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      writeVolume(xml, spec);
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("A volume could not be written as XML", e);
    }
    return text.toString();
  }

  private static void writeVolume(XMLStreamWriter xml, VolumeSpec spec) throws XMLStreamException {
    xml.writeStartElement("volume");
    write(xml, "name", spec.name());
    write(xml, "capacity", Long.toString(spec.capacityBytes()));
    write(xml, "allocation", "0");
    writeTarget(xml, spec);
    writeBacking(xml, spec.backing());
    xml.writeEndElement();
  }

  private static void writeTarget(XMLStreamWriter xml, VolumeSpec spec) throws XMLStreamException {
    xml.writeStartElement("target");
    writeFormat(xml, spec.format());
    Permissions permissions = spec.permissions();
    if (permissions != null) {
      xml.writeStartElement("permissions");
      write(xml, "mode", permissions.mode());
      write(xml, "owner", permissions.owner());
      write(xml, "group", permissions.group());
      xml.writeEndElement();
    }
    Layout layout = spec.layout();
    if (layout != null) {
      write(xml, "compat", layout.compat());
      if (layout.clusterBytes() > 0) {
        write(xml, "clusterSize", Long.toString(layout.clusterBytes()));
      }
      xml.writeStartElement("features");
      for (String feature : layout.features()) {
        xml.writeEmptyElement(feature);
      }
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static void writeBacking(XMLStreamWriter xml, @Nullable Backing backing)
      throws XMLStreamException {
    if (backing != null) {
      xml.writeStartElement("backingStore");
      write(xml, "path", backing.path());
      writeFormat(xml, backing.format());
      xml.writeEndElement();
    }
  }

  private static void writeFormat(XMLStreamWriter xml, String format) throws XMLStreamException {
    xml.writeEmptyElement("format");
    xml.writeAttribute("type", Xml.sayable(format));
  }

  private static void write(XMLStreamWriter xml, String name, String value)
      throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(Xml.sayable(value));
    xml.writeEndElement();
  }
}
