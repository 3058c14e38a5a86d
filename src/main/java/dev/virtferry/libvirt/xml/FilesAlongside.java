package dev.virtferry.libvirt.xml;

import java.util.Set;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * The files that are opened, replaced or removed with one that a definition names, under names made
 * of its own.
 */
enum FilesAlongside {
  NONE,
  /** QEMU opens two pipes; where one is missing, the file itself. */
  OF_A_PIPE,
  /** virtlogd keeps as many as {@code max_backups} of its configuration says, which is 3. */
  OF_A_LOG,
  /** libvirt writes a new one there, and then renames it ({@code virFileRewrite}). */
  OF_NVRAM;

  /** Character devices; the backend of an rng is written in the same way. */
  static final Set<String> CHARACTERS =
      Set.of("serial", "parallel", "console", "channel", "redirdev", "smartcard");

  /** Of what an element names; what a source is, the element around it says. */
  static FilesAlongside of(Element named) {
    return switch (named.getTagName()) {
      case "nvram" -> OF_NVRAM;
      case "log" -> OF_A_LOG;
      case "source" -> named.getParentNode() instanceof Element around ? ofSource(around) : NONE;
      default -> NONE;
    };
  }

  private static FilesAlongside ofSource(Element around) {
    String tag = around.getTagName();
    if (tag.equals("nvram")) {
      return OF_NVRAM;
    }
    if (!CHARACTERS.contains(tag) && !tag.equals("backend")) {
      return NONE;
    }
    return switch (around.getAttribute("type")) {
      case "pipe" -> OF_A_PIPE;
      case "file" -> OF_A_LOG;
      default -> NONE;
    };
  }

  /** Their paths; none where there is no path. */
  Stream<String> paths(String path) {
    return path.isEmpty() || path.equals(OpenedFiles.NOTHING)
        ? Stream.empty()
        : endings().map(path::concat);
  }

  private Stream<String> endings() {
    return switch (this) {
      case NONE -> Stream.empty();
      case OF_A_PIPE -> Stream.of(".in", ".out");
      case OF_A_LOG -> Stream.of(".0", ".1", ".2");
      case OF_NVRAM -> Stream.of(".new");
    };
  }
}
