package dev.virtferry.libvirt.xml;

/**
 * Keeps tabs and ends of lines in attributes. libvirt writes them as they are, and whoever reads
 * XML has to take them for blanks; a path would become another one.
 */
final class XmlAttributes {

  private XmlAttributes() {}

  /** The same document with references to such characters in place of them. */
  static String kept(String xml) {
    if (xml.indexOf('\t') < 0 && xml.indexOf('\n') < 0 && xml.indexOf('\r') < 0) {
      return xml;
    }
    var kept = new StringBuilder(xml.length() + 64);
    boolean inTag = false;
    char quote = 0;
    for (int at = 0; at < xml.length(); at++) {
      char c = xml.charAt(at);
      if (quote != 0) {
        kept.append(reference(c));
        quote = c == quote ? 0 : quote;
        continue;
      }
      int end = inTag ? -1 : endOfNoElement(xml, at);
      if (end > at) {
        kept.append(xml, at, end);
        at = end - 1;
        continue;
      }
      if (inTag && (c == '"' || c == '\'')) {
        quote = c;
      }
      inTag = c == '<' || (inTag && c != '>');
      kept.append(c);
    }
    return kept.toString();
  }

  private static String reference(char c) {
    return switch (c) {
      case '\t' -> "&#9;";
      case '\n' -> "&#10;";
      case '\r' -> "&#13;";
      default -> String.valueOf(c);
    };
  }

  /** Behind a comment, a section of characters or an instruction that begins there; else -1. */
  private static int endOfNoElement(String xml, int at) {
    if (xml.startsWith("<!--", at)) {
      return behind(xml, at + 4, "-->");
    }
    if (xml.startsWith("<![CDATA[", at)) {
      return behind(xml, at + 9, "]]>");
    }
    return xml.startsWith("<?", at) ? behind(xml, at + 2, "?>") : -1;
  }

  private static int behind(String xml, int from, String end) {
    int found = xml.indexOf(end, from);
    return found < 0 ? xml.length() : found + end.length();
  }
}
