package dev.virtferry.libvirt;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path on a host, without the steps that lead nowhere: {@code /srv//a/../b} is {@code /srv/b}.
 *
 * <p>It is no file of this machine, whose JVM can name only those that its own locale has letters
 * for.
 *
 * @param absolute whether it begins at the root
 * @param steps from folder to folder; the first may be {@code ..} where it does not begin there
 */
public record HostPath(boolean absolute, List<String> steps) {

  private static final String UP = "..";

  public HostPath {
    steps = List.copyOf(steps);
  }

  /** Any text is one. Links are not followed, as only the host knows them. */
  public static HostPath of(String text) {
    boolean absolute = text.startsWith("/");
    List<String> steps = new ArrayList<>();
    for (String step : split(text)) {
      if (!step.equals(UP)) {
        steps.add(step);
      } else if (!steps.isEmpty() && !steps.getLast().equals(UP)) {
        steps.removeLast();
      } else if (!absolute) {
        steps.add(step);
      }
    }
    return new HostPath(absolute, steps);
  }

  /**
   * Whether a path goes up again somewhere, so that only its host can say where it leads: a folder
   * before that may be a link.
   */
  public static boolean climbs(String text) {
    return split(text).contains(UP);
  }

  /**
   * Whether two paths lead to the same as far as their text tells: links are not followed, and
   * where one goes up again nobody here knows where that leads.
   */
  public static boolean same(String one, String other) {
    return one.equals(other)
        || (one.startsWith("/") && !climbs(one) && !climbs(other) && of(one).equals(of(other)));
  }

  /** The last step of a path as it is written; empty for the root. */
  public static String fileName(String text) {
    List<String> steps = split(text);
    return steps.isEmpty() ? "" : steps.getLast();
  }

  /** A name as it is meant beside a file: one that begins at the root is meant there. */
  public static String beside(String file, String name) {
    return name.startsWith("/") ? name : file.substring(0, file.lastIndexOf('/') + 1) + name;
  }

  private static List<String> split(String text) {
    List<String> steps = new ArrayList<>();
    for (String step : text.split("/", -1)) {
      if (!step.isEmpty() && !step.equals(".")) {
        steps.add(step);
      }
    }
    return steps;
  }

  /** The folder; null of the root, and of what is a name alone. */
  public @Nullable HostPath parent() {
    return steps.isEmpty() || (steps.size() == 1 && !absolute)
        ? null
        : new HostPath(absolute, steps.subList(0, steps.size() - 1));
  }

  /** Whether it is the folder, or lies in it at whatever depth. */
  public boolean startsWith(HostPath folder) {
    return absolute == folder.absolute
        && steps.size() >= folder.steps.size()
        && steps.subList(0, folder.steps.size()).equals(folder.steps);
  }

  @Override
  public String toString() {
    return (absolute ? "/" : "") + String.join("/", steps);
  }
}
