package dev.virtferry.definition;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The JDK's parser as it comes, so that what it reads says nothing of the code under test. */
final class Parsed {

  private Parsed() {}

  static Element root(String xml) {
    try {
      return DocumentBuilderFactory.newDefaultInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(xml)))
          .getDocumentElement();
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new IllegalArgumentException("No document: " + xml, e);
    }
  }

  static List<Element> children(Element of, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = of.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  /** The first one down that path. */
  static @Nullable Element down(Element of, String... names) {
    Element at = of;
    for (String name : names) {
      List<Element> found = children(at, name);
      if (found.isEmpty()) {
        return null;
      }
      at = found.getFirst();
    }
    return at;
  }

  /** An attribute of a child; empty where there is none. */
  static String attribute(Element of, String child, String name) {
    Element found = down(of, child);
    return found == null ? "" : found.getAttribute(name);
  }
}
