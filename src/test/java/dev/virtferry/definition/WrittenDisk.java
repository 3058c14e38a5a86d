package dev.virtferry.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * A disk as a definition says it, read without any code of the service.
 *
 * @param type the type of its source, such as file
 * @param source path, device or name; null without a medium
 * @param format of the image; raw where none is said
 * @param slice the part of the file that is the image; null for all of it
 * @param encrypted whether QEMU encrypts it
 */
public record WrittenDisk(
    String target,
    String device,
    String bus,
    String type,
    @Nullable String source,
    String format,
    boolean readOnly,
    boolean shareable,
    @Nullable Slice slice,
    boolean encrypted) {

  private static final List<String> PLACED = List.of("file", "block", "volume");

  /** Part of a file, in bytes. */
  public record Slice(long offset, long size) {}

  /** All of a domain's definition, in its order. */
  public static List<WrittenDisk> of(String xml) {
    Element devices = Parsed.down(Parsed.root(xml), "devices");
    return devices == null
        ? List.of()
        : Parsed.children(devices, "disk").stream().map(WrittenDisk::read).toList();
  }

  private static WrittenDisk read(Element disk) {
    String type = either(disk.getAttribute("type"), "file");
    Element source = Parsed.down(disk, "source");
    return new WrittenDisk(
        Parsed.attribute(disk, "target", "dev"),
        either(disk.getAttribute("device"), "disk"),
        Parsed.attribute(disk, "target", "bus"),
        type,
        source == null ? null : words(type, source),
        either(Parsed.attribute(disk, "driver", "type"), "raw"),
        Parsed.down(disk, "readonly") != null,
        Parsed.down(disk, "shareable") != null,
        source == null ? null : slice(source),
        Parsed.down(disk, "encryption") != null
            || Parsed.down(disk, "source", "encryption") != null);
  }

  private static @Nullable String words(String type, Element source) {
    String words =
        switch (type) {
          case "file" -> rooted(source.getAttribute("file"));
          case "block" -> rooted(source.getAttribute("dev"));
          case "dir" -> rooted(source.getAttribute("dir"));
          case "volume" -> source.getAttribute("pool") + "/" + source.getAttribute("volume");
          case "network" -> source.getAttribute("protocol") + ":" + source.getAttribute("name");
          default -> type;
        };
    return words.isEmpty() ? null : words;
  }

  /** QEMU is started in the root. */
  private static String rooted(String path) {
    return path.isEmpty() || path.startsWith("/") ? path : "/" + path;
  }

  private static @Nullable Slice slice(Element source) {
    Element slice = Parsed.down(source, "slices", "slice");
    return slice == null
        ? null
        : new Slice(
            Long.parseLong(slice.getAttribute("offset")),
            Long.parseLong(slice.getAttribute("size")));
  }

  private static String either(String said, String otherwise) {
    return said.isEmpty() ? otherwise : said;
  }

  /** Whether it is an image of the host that its guest may write. */
  public boolean isWrittenImage() {
    return source != null && !device.equals("cdrom") && !readOnly && PLACED.contains(type);
  }

  /** What the guest sees of it, for QEMU's tools: the content of its image and all beneath. */
  public String opened(String folder) {
    String path = type.equals("volume") ? folder + "/" + fileName() : String.valueOf(source);
    return new Opened(path, type.equals("block"), format, slice, encrypted).words();
  }

  private String fileName() {
    String words = String.valueOf(source);
    return words.substring(words.indexOf('/') + 1);
  }

  /** What the API tells of it, in one line. */
  public String told() {
    return told(target, device, bus, source, source == null ? null : format, readOnly, shareable);
  }

  /** The same of a disk of which somebody else told. */
  public static String told(
      String target,
      String device,
      String bus,
      @Nullable String source,
      @Nullable String format,
      boolean readOnly,
      boolean shareable) {
    return "%s: %s on %s, %s of %s%s%s"
        .formatted(
            target,
            device,
            bus,
            format,
            source,
            readOnly ? ", read-only" : "",
            shareable ? ", shareable" : "");
  }
}
