package dev.virtferry.libvirt.xml;

import org.w3c.dom.CDATASection;
import org.w3c.dom.Comment;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.ProcessingInstruction;
import org.w3c.dom.Text;

/**
 * Writes an element as it was read. The JDK's writers refuse prefixes that nobody declares, or
 * leave out {@code xmlns=""}; libvirt keeps both in a domain's metadata.
 */
final class XmlText {

  private final StringBuilder text = new StringBuilder();

  private XmlText() {}

  /** Without a declaration before it. */
  static String of(Element element) {
    var written = new XmlText();
    written.write(element);
    return written.text.toString();
  }

  private void write(Node node) {
    switch (node) {
      case Element element -> element(element);
      case CDATASection section -> text.append("<![CDATA[").append(section.getData()).append("]]>");
      case Text characters -> escaped(characters.getData(), false);
      case Comment comment -> text.append("<!--").append(comment.getData()).append("-->");
      case ProcessingInstruction it -> instruction(it);
      default -> throw new IllegalStateException("Not read here: " + node);
    }
  }

  private void element(Element element) {
    text.append('<').append(element.getTagName());
    attributes(element.getAttributes());
    if (!element.hasChildNodes()) {
      text.append("/>");
      return;
    }
    text.append('>');
    for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
      write(child);
    }
    text.append("</").append(element.getTagName()).append('>');
  }

  private void attributes(NamedNodeMap attributes) {
    for (int i = 0; i < attributes.getLength(); i++) {
      Node attribute = attributes.item(i);
      text.append(' ').append(attribute.getNodeName()).append("=\"");
      escaped(attribute.getNodeValue(), true);
      text.append('"');
    }
  }

  private void instruction(ProcessingInstruction instruction) {
    String data = instruction.getData();
    text.append("<?").append(instruction.getTarget());
    text.append(data.isEmpty() ? "" : " " + data).append("?>");
  }

  /** Whoever reads it takes an end of a line or a tab in an attribute for a blank. */
  private void escaped(String value, boolean inAttribute) {
    for (int at = 0; at < value.length(); at++) {
      text.append(escaped(value.charAt(at), inAttribute));
    }
  }

  private static String escaped(char c, boolean inAttribute) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '\r' -> "&#13;";
      case '"' -> inAttribute ? "&quot;" : "\"";
      case '\t' -> inAttribute ? "&#9;" : "\t";
      case '\n' -> inAttribute ? "&#10;" : "\n";
      default -> String.valueOf(c);
    };
  }
}
