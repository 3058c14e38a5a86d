package dev.virtferry.libvirt.xml;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Reads and writes libvirt's documents. Document types and entities are refused; all else that
 * libvirt's own parser takes is taken here too, as metadata of a domain is whatever somebody wrote.
 */
final class Xml {

  /**
   * About what libxml2 lets libvirt read back itself. What walks a document here, the JDK's writer
   * too, needs a frame or more of the stack for each level.
   */
  private static final int DEEPEST = 512;

  /** Limits of the JDK's on what is as long as the document, which has a limit of its own. */
  private static final List<String> NEEDLESS_LIMITS =
      List.of(
          "jdk.xml.elementAttributeLimit",
          "jdk.xml.maxXMLNameLimit",
          "jdk.xml.maxGeneralEntitySizeLimit",
          "jdk.xml.totalEntitySizeLimit",
          "jdk.xml.entityExpansionLimit");

  private static final int NO_LIMIT = 0;

  private static final int REPLACEMENT = 0xFFFD;

  private Xml() {}

  /**
   * The root of a document.
   *
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  static Element parse(String xml) {
    try {
      var factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setAttribute("jdk.xml.maxElementDepth", DEEPEST);
      for (String limit : NEEDLESS_LIMITS) {
        factory.setAttribute(limit, NO_LIMIT);
      }
      // libvirt goes by names as they are written, and takes prefixes that nobody declares.
      factory.setNamespaceAware(false);
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null);
      Document document = builder.parse(new InputSource(new StringReader(XmlAttributes.kept(xml))));
      if (!"1.0".equals(document.getXmlVersion())) {
        throw new SAXException("XML " + document.getXmlVersion());
      }
      return document.getDocumentElement();
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalArgumentException("Not a document of libvirt's: " + e.getMessage(), e);
    }
  }

  static Optional<Element> child(Element parent, String name) {
    return children(parent, name).stream().findFirst();
  }

  static List<Element> children(Element parent, String name) {
    return children(parent).stream().filter(child -> child.getTagName().equals(name)).toList();
  }

  static List<Element> children(Element parent) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        found.add(element);
      }
    }
    return found;
  }

  static Optional<String> text(Element parent, String name) {
    return child(parent, name).map(element -> element.getTextContent().strip());
  }

  /** A path as it is: blanks belong to it. */
  static Optional<String> path(Element parent) {
    return child(parent, "path").map(Element::getTextContent).filter(path -> !path.isBlank());
  }

  /** Where QEMU finds what a definition names: libvirt lets it start in the root. */
  static String absolute(String path) {
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }

  /** A name as it is: blanks belong to it. */
  static Optional<String> name(Element parent) {
    return child(parent, "name").map(Element::getTextContent);
  }

  /**
   * What has to be there.
   *
   * @throws IllegalArgumentException when it is not
   */
  static <T> T needed(Optional<T> found, String name) {
    return found.orElseThrow(() -> new IllegalArgumentException("Without " + name));
  }

  /**
   * A count that libvirt wrote, 0 when it wrote none. It has 64 bits there without a sign; the
   * upper half, which is nobody's but a strange header's, is the largest of ours.
   */
  static long number(Element parent, String name) {
    long number = text(parent, name).map(Long::parseUnsignedLong).orElse(0L);
    return number < 0 ? Long.MAX_VALUE : number;
  }

  static String attribute(Element element, String name, String otherwise) {
    return element.hasAttribute(name) ? element.getAttribute(name) : otherwise;
  }

  /**
   * A text that comes out of a document as it went in.
   *
   * @throws IllegalArgumentException when XML can't say it, or would change it
   */
  static String sayable(String text) {
    if (text.codePoints().anyMatch(Xml::isUnsayable)) {
      throw new IllegalArgumentException("Can't be written as XML: '%s'".formatted(text));
    }
    return text;
  }

  /**
   * A document without the characters that XML does not have. libvirt writes what it reads from the
   * headers of images, and guests write those.
   */
  static String said(String xml) {
    var said = new StringBuilder(xml.length());
    xml.codePoints()
        .forEach(c -> said.appendCodePoint(isUnsayable(c) && !isBlank(c) ? REPLACEMENT : c));
    return said.toString();
  }

  private static boolean isBlank(int c) {
    return c == '\t' || c == '\n' || c == '\r';
  }

  private static boolean isUnsayable(int c) {
    boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    return c < ' ' || half || c == 0xFFFE || c == 0xFFFF;
  }

  /**
   * Whether it is in a namespace, as what libvirt hands on to QEMU unread is, and most metadata.
   */
  static boolean isForeign(Element element) {
    if (element.getTagName().contains(":")) {
      return true;
    }
    for (Node at = element; at instanceof Element around; at = at.getParentNode()) {
      if (around.hasAttribute("xmlns")) {
        return !around.getAttribute("xmlns").isEmpty();
      }
    }
    return false;
  }
}
