package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.NamedFile.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;

/**
 * Reads which files a definition of a domain or of a snapshot names: disks of every device and
 * source with what is beneath them, NVRAM, kernels, consoles, logs, sockets and all else, and with
 * them {@link FilesAlongside}. Whatever is an absolute path counts, also in elements that newer
 * versions of libvirt bring, and where a path is due also a relative one.
 */
public final class NamedFiles {

  /** What is in these is said about a domain, and is no file that it opens. */
  private static final Set<String> TALK =
      Set.of("name", "uuid", "title", "description", "metadata", "resource", "seclabel", "alias");

  /** What separates a path from the rest of an argument for QEMU, JSON too. */
  private static final List<String> SEPARATORS = List.of("[=,\"']", "[=,\"':]");

  /** Attributes that hold a path. */
  private static final Set<String> PATHS = Set.of("file", "dir", "path", "socket");

  /** Elements whose text is a path. */
  private static final Set<String> OF_A_PATH =
      Set.of("kernel", "initrd", "dtb", "loader", "nvram", "path");

  private final Set<NamedFile> found = new LinkedHashSet<>();

  private NamedFiles() {}

  /**
   * Each once, in the order of the definition.
   *
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  public static List<NamedFile> in(String xml) {
    var files = new NamedFiles();
    Element root = Xml.parse(xml);
    var above = new Around("", "", "", root.getTagName().equals("domainsnapshot"));
    Xml.children(root).forEach(child -> files.read(child, above));
    files.found.addAll(OpenedFiles.impliedNvram(root));
    return List.copyOf(files.found);
  }

  /** What the elements around one say. */
  private record Around(String place, String type, String format, boolean readOnly) {}

  private void read(Element element, Around above) {
    if (TALK.contains(element.getTagName())) {
      return;
    }
    String place = above.place() + element.getTagName();
    String type = Xml.attribute(element, "type", above.type());
    String format = format(element, above.format());
    boolean readOnly = above.readOnly() || isReadOnly(element);
    if (element.hasAttribute("pool") && element.hasAttribute("volume")) {
      String name = element.getAttribute("pool") + "/" + element.getAttribute("volume");
      found.add(new NamedFile(place, type, Kind.VOLUME, name, format, readOnly));
    }
    if (element.hasAttribute("protocol") && element.hasAttribute("name")) {
      String name = element.getAttribute("name");
      found.add(new NamedFile(place, type, Kind.NETWORK, name, "", readOnly));
    }
    if (element.hasAttribute("protocol")) {
      found.add(new NamedFile(place, type, Kind.NETWORK, ServedImage.name(element), "", readOnly));
    }
    OpenedFiles.sharedMemory(element).ifPresent(found::add);
    OpenedFiles.networkDevice(element).ifPresent(found::add);
    Kind kind = isFolder(element, type) ? Kind.FOLDER : Kind.PATH;
    FilesAlongside alongside = kind == Kind.PATH ? FilesAlongside.of(element) : FilesAlongside.NONE;
    texts(element)
        .filter(text -> text.startsWith("/"))
        .flatMap(path -> Stream.concat(Stream.of(path), alongside.paths(path)))
        .forEach(path -> found.add(new NamedFile(place, type, kind, path, format, readOnly)));
    var within = new Around(place + "/", type, format, readOnly);
    Xml.children(element).forEach(child -> read(child, within));
  }

  private static boolean isReadOnly(Element element) {
    return switch (element.getTagName()) {
      case "backingStore", "kernel", "initrd", "dtb", "table", "rom", "entry" -> true;
      case "loader" -> !OpenedFiles.isWrittenLoader(element);
      case "backend" -> element.getAttribute("model").equals("random");
      // Whoever binds it has it.
      case "source" -> element.getAttribute("mode").equals("connect");
      case "disk" ->
          element.getAttribute("device").equals("cdrom")
              || Xml.child(element, "readonly").isPresent();
      case "filesystem" -> Xml.child(element, "readonly").isPresent();
      default -> false;
    };
  }

  /** What a disk's driver says of its source, and an image beneath of itself. */
  private static String format(Element element, String above) {
    String said =
        Xml.child(element, "format")
            .or(() -> Xml.child(element, "driver"))
            .map(of -> of.getAttribute("type"))
            .orElse(element.getTagName().equals("source") ? above : "");
    return said.equals("raw") || Xml.child(element, "slices").isEmpty() ? said : NamedFile.SLICE;
  }

  /** What a file system or a disk is made of; its target is a place within the guest. */
  private static boolean isFolder(Element element, String type) {
    return element.getTagName().equals("source")
        && (element.hasAttribute("dir") || type.equals("dir"));
  }

  private static Stream<String> texts(Element element) {
    Stream<String> texts = Stream.concat(attributes(element), content(element));
    return Xml.isForeign(element)
        ? texts
            .flatMap(text -> SEPARATORS.stream().flatMap(by -> Stream.of(text.split(by, -1))))
            .distinct()
        : texts;
  }

  private static Stream<String> attributes(Element element) {
    var attributes = element.getAttributes();
    return Stream.iterate(0, i -> i < attributes.getLength(), i -> i + 1)
        .map(i -> (Attr) attributes.item(i))
        .filter(attribute -> !attribute.getName().startsWith("xmlns"))
        .map(attribute -> text(element, attribute));
  }

  private static Stream<String> content(Element element) {
    if (!Xml.children(element).isEmpty()) {
      return Stream.empty();
    }
    // Blanks belong to a path; libvirt may read it with or without them.
    String text = element.getTextContent();
    Stream<String> paths = Stream.of(text, text.strip()).distinct();
    return OF_A_PATH.contains(element.getTagName()) ? paths.map(Xml::absolute) : paths;
  }

  /** A target is what the guest sees, and the {@code dev} of other sources is no file. */
  private static String text(Element element, Attr attribute) {
    boolean path =
        (PATHS.contains(attribute.getName()) && !element.getTagName().equals("target"))
            || (attribute.getName().equals("dev") && isOfADisk(element));
    return path ? Xml.absolute(attribute.getValue()) : attribute.getValue();
  }

  private static boolean isOfADisk(Element element) {
    return element.getTagName().equals("source")
        && element.getParentNode() instanceof Element around
        && Set.of("disk", "backingStore", "mirror").contains(around.getTagName());
  }
}
