package dev.virtferry.libvirt;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.w3c.dom.Element;

/** Pools and volumes as libvirt's XML. */
final class VolumeXml {

  private VolumeXml() {}

  static StoragePool pool(String xml, long availableBytes) {
    Element pool = Xml.parse(xml);
    return new StoragePool(
        Xml.text(pool, "name").orElse(""),
        pool.getAttribute("type"),
        Xml.child(pool, "target").flatMap(target -> Xml.text(target, "path")).orElse(""),
        availableBytes);
  }

  static StorageVolume volume(String pool, String xml) {
    Element volume = Xml.parse(xml);
    Element target = Xml.child(volume, "target").orElseThrow();
    String format =
        Xml.child(target, "format").map(element -> element.getAttribute("type")).orElse("raw");
    return new StorageVolume(
        pool,
        Xml.text(volume, "name").orElse(""),
        Xml.text(target, "path").orElse(""),
        format,
        number(volume, "capacity"),
        number(volume, "allocation"),
        format.equals("qcow2") ? Xml.text(target, "compat").orElse("0.10") : null,
        Xml.child(volume, "backingStore").flatMap(store -> Xml.text(store, "path")).orElse(null));
  }

  /** libvirt always writes these in bytes. */
  private static long number(Element volume, String name) {
    return Xml.text(volume, name).map(Long::parseLong).orElse(0L);
  }

  /** What {@code virStorageVolCreateXML} is given. */
  static String of(VolumeSpec spec) {
    var text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      xml.writeStartElement("volume");
      write(xml, "name", spec.name());
      write(xml, "capacity", Long.toString(spec.capacityBytes()));
      write(xml, "allocation", "0");
      xml.writeStartElement("target");
      xml.writeEmptyElement("format");
      xml.writeAttribute("type", spec.format());
      if (spec.compat() != null) {
        write(xml, "compat", spec.compat());
      }
      xml.writeEndElement();
      xml.writeEndElement();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("A volume could not be written as XML", e);
    }
    return text.toString();
  }

  private static void write(XMLStreamWriter xml, String name, String value)
      throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(value);
    xml.writeEndElement();
  }
}
