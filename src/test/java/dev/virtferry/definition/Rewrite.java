package dev.virtferry.definition;

import dev.virtferry.libvirt.Relocation;
import dev.virtferry.libvirt.Relocation.Copy;
import dev.virtferry.libvirt.xml.MovedDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What another place for one disk makes of a definition. */
public final class Rewrite {

  static final String PLACE = "/elsewhere/a & \"b\" <c>'s.img";

  private Rewrite() {}

  /**
   * All that is wrong after each image of the host that can be copied got another place, one by
   * one.
   *
   * @param xml as {@code virsh dumpxml} prints it
   * @return a line for each; empty when nothing is
   */
  public static List<String> faults(String xml) {
    List<String> faults = new ArrayList<>();
    for (WrittenDisk disk : WrittenDisk.of(xml)) {
      if (disk.isWrittenImage()) {
        String moved = moved(xml, disk.target());
        faults.addAll(differences(xml, moved, disk.target()));
        WrittenDisk.of(moved).stream()
            .filter(after -> after.target().equals(disk.target()))
            .filter(after -> !after.type().equals("file") || !PLACE.equals(after.source()))
            .forEach(after -> faults.add("not moved: " + after));
      }
    }
    return faults;
  }

  private static String moved(String xml, String target) {
    return MovedDefinition.of(
        xml, new Relocation(Map.of(target, new Copy(List.of(), PLACE)), Map.of()));
  }

  private static List<String> differences(String before, String after, String target) {
    Pattern places =
        Pattern.compile(
            "^[-+] domain/devices/disk\\[%s]/(@type=|source/@(file|dev|pool|volume|mode)=|backingStore|source/dataStore)"
                .formatted(Pattern.quote(target)));
    return Tree.of(before).differences(Tree.of(after)).stream()
        .filter(line -> !places.matcher(line).find())
        .toList();
  }
}
