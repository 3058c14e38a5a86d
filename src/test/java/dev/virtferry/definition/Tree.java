package dev.virtferry.definition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.Text;

/**
 * A document as all that it says: a line for each element, attribute and text, with its place. A
 * disk's place has its target in it, so that one that is missing does not shift the others; other
 * elements are counted among those of their name.
 *
 * @param lines such as {@code domain/devices/disk[vda]/source/@file=/srv/a}, in document order
 */
public record Tree(List<String> lines) {

  public Tree {
    lines = List.copyOf(lines);
  }

  /** Of the text of a document. */
  public static Tree of(String xml) {
    List<String> lines = new ArrayList<>();
    Element root = Parsed.root(xml);
    walk(root, root.getTagName(), lines);
    return new Tree(lines);
  }

  private static void walk(Element element, String place, List<String> lines) {
    lines.add(place);
    var attributes = element.getAttributes();
    for (int i = 0; i < attributes.getLength(); i++) {
      Node attribute = attributes.item(i);
      lines.add(place + "/@" + attribute.getNodeName() + "=" + attribute.getNodeValue());
    }
    Map<String, Integer> seen = new HashMap<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child) {
        int number = seen.merge(child.getTagName(), 1, Integer::sum);
        walk(child, place + "/" + step(child, number), lines);
      } else if (node instanceof Text text && !text.getData().isBlank()) {
        lines.add(place + "=" + text.getData());
      }
    }
  }

  private static String step(Element child, int number) {
    String name = child.getTagName();
    if (name.equals("disk")) {
      return name + "[" + Parsed.attribute(child, "target", "dev") + "]";
    }
    return number == 1 ? name : name + "[" + number + "]";
  }

  /** All of it but the lines in which the pattern is found. */
  public Tree without(Pattern pattern) {
    return new Tree(lines.stream().filter(line -> !pattern.matcher(line).find()).toList());
  }

  /**
   * What only one of both says: with a minus what is gone in the later one, with a plus what came.
   */
  public List<String> differences(Tree later) {
    List<String> found = new ArrayList<>();
    onlyIn(this, later).forEach(line -> found.add("- " + line));
    onlyIn(later, this).forEach(line -> found.add("+ " + line));
    return found;
  }

  private static List<String> onlyIn(Tree one, Tree other) {
    List<String> left = new ArrayList<>(one.lines);
    other.lines.forEach(left::remove);
    return left;
  }
}
