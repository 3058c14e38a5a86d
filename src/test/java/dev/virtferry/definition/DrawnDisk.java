package dev.virtferry.definition;

import dev.virtferry.definition.WrittenDisk.Slice;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A disk of a drawn definition, and what its image is made of.
 *
 * @param type of its source: file, block, volume or network; none for a drive without a medium
 * @param format by libvirt's word
 * @param cache the driver's; empty for libvirt's own choice
 * @param name of the image's file
 * @param bytes what the guest sees
 * @param chain what its image lies upon
 * @param slice the part of the file that it is; null for all of it
 * @param moves whether it is given another name at the destination
 */
public record DrawnDisk(
    String target,
    String device,
    String bus,
    String type,
    String format,
    String cache,
    String name,
    long bytes,
    Chain chain,
    @Nullable Slice slice,
    boolean encrypted,
    boolean moves,
    Set<Trait> traits) {

  static final String SECRET = "6f0a1d7c-52be-4a0f-9a4b-3e8f3c1d2b10";

  /** What is beneath an image. */
  enum Chain {
    NONE,
    /** A backing image that only the image's header names. */
    FOUND,
    /** A backing image that the definition names too. */
    WRITTEN
  }

  /** Whether an image of it is copied when all that can be is. */
  public boolean isCopied() {
    return isImage()
        && !device.equals("cdrom")
        && !traits.contains(Trait.READ_ONLY)
        && !traits.contains(Trait.SHAREABLE);
  }

  /** Whether each host has a file or a device for it. */
  boolean isImage() {
    return !type.equals("none") && !type.equals("network");
  }

  /** Where its image is on a host. */
  String path() {
    return type.equals("block") ? "/dev/drawn-" + target : Recipe.FOLDER + "/" + name;
  }

  String basePath() {
    return Recipe.FOLDER + "/base-" + target + ".img";
  }

  /** The name that it is given where it moves. */
  public String newName() {
    return "moved " + target + ".img";
  }

  /**
   * The element, as libvirt takes it.
   *
   * @param server the address of the host that serves network disks
   */
  String xml(String server) {
    return String.format(
        Locale.ROOT,
        "<disk type='%s' device='%s'><driver name='qemu' type='%s'%s%s/>%s%s"
            + "<target dev='%s' bus='%s'%s/>%s</disk>",
        type.equals("none") ? "file" : type,
        device,
        format,
        cache.isEmpty() ? "" : " cache='" + cache + "'",
        said(Trait.Place.DRIVER),
        source(server),
        chain == Chain.WRITTEN ? store() : "",
        target,
        bus,
        said(Trait.Place.TARGET),
        said(Trait.Place.DISK));
  }

  private String said(Trait.Place place) {
    return traits.stream()
        .filter(trait -> trait.place() == place)
        .sorted()
        .map(Trait::words)
        .collect(Collectors.joining());
  }

  private String source(String server) {
    String within = inSource();
    String more = said(Trait.Place.SOURCE);
    return switch (type) {
      case "none" -> "";
      case "file" -> "<source file='%s'%s>%s</source>".formatted(escaped(path()), more, within);
      case "block" -> "<source dev='%s'%s>%s</source>".formatted(path(), more, within);
      case "volume" ->
          "<source pool='drawn' volume='%s'%s>%s</source>".formatted(escaped(name), more, within);
      case "network" ->
          String.format(
              Locale.ROOT,
              "<source protocol='nbd' name='%s'><host name='%s' port='%d'/></source>",
              target,
              server,
              port());
      default -> throw new IllegalStateException(type);
    };
  }

  /** Of the server of a network disk. */
  int port() {
    return 10_900 + target.charAt(target.length() - 1);
  }

  private String inSource() {
    String part =
        slice == null
            ? ""
            : String.format(
                Locale.ROOT,
                "<slices><slice type='storage' offset='%d' size='%d'/></slices>",
                slice.offset(),
                slice.size());
    return encrypted
        ? part
            + "<encryption format='luks'><secret type='passphrase' uuid='%s'/></encryption>"
                .formatted(SECRET)
        : part;
  }

  private String store() {
    return "<backingStore type='file'><format type='qcow2'/><source file='%s'/><backingStore/></backingStore>"
        .formatted(basePath());
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&apos;");
  }
}
