package dev.virtferry.definition;

import dev.virtferry.definition.DrawnDisk.Chain;
import dev.virtferry.definition.WrittenDisk.Slice;
import dev.virtferry.fuzz.Draw;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Draws one disk after the other for a guest; what libvirt makes of them is for libvirt to say. */
final class DiskDraw {

  private static final long MIB = 1 << 20;

  /** What names have in them that something on the way may take for something else. */
  private static final List<String> NAMES =
      List.of(
          "plain",
          "of größe 1 (2)",
          "a,b",
          "it's",
          "50% #1",
          "a&b<c",
          "x:y",
          "q\"q",
          "-dash",
          "日本",
          "$HOME");

  private static final List<String> CACHES =
      List.of("", "", "none", "none", "writethrough", "writeback", "directsync", "unsafe");

  private static final List<Trait> SELDOM =
      List.of(Trait.SHAREABLE, Trait.TRANSIENT, Trait.READ_ONLY);

  private final Draw draw;
  private final boolean old;

  /** Whether the machine is the old one, which has IDE. */
  DiskDraw(Draw draw, boolean old) {
    this.draw = draw;
    this.old = old;
  }

  DrawnDisk next(int number) {
    String device = number == 0 ? "disk" : device();
    String bus = bus(device);
    String type = type(device);
    boolean whole = type.equals("file") || type.equals("volume");
    String format = format(device, type);
    Chain chain = whole && format.equals("qcow2") && draw.oneIn(3) ? chain() : Chain.NONE;
    boolean encrypted = whole && isPlain(device, format) && chain == Chain.NONE && draw.oneIn(10);
    long bytes = bytes(device, format, encrypted);
    boolean part = type.equals("file") && format.equals("raw") && !encrypted && draw.oneIn(12);
    String target = target(bus, number);
    return new DrawnDisk(
        target,
        device,
        bus,
        type,
        format,
        draw.from(CACHES),
        draw.from(NAMES) + "-" + target + ".img",
        bytes,
        chain,
        part ? new Slice(65_536, bytes / 512 * 512) : null,
        encrypted,
        whole && draw.oneIn(4),
        traits(device, bus, type));
  }

  private String device() {
    return draw.oneIn(40)
        ? "lun"
        : draw.from(List.of("disk", "disk", "disk", "disk", "disk", "cdrom", "cdrom", "floppy"));
  }

  private String bus(String device) {
    if (draw.oneIn(30)) {
      return draw.from(List.of("virtio", "scsi", "sata", "usb", "ide", "fdc"));
    }
    String disks = old ? "ide" : "sata";
    return switch (device) {
      case "floppy" -> "fdc";
      case "lun" -> draw.from(List.of("scsi", "virtio"));
      case "cdrom" -> draw.from(List.of(disks, "sata", "scsi", "usb"));
      default -> draw.from(List.of("virtio", "virtio", "scsi", disks, "sata", "usb"));
    };
  }

  private static String target(String bus, int number) {
    String family =
        switch (bus) {
          case "virtio" -> "vd";
          case "ide" -> "hd";
          case "fdc" -> "fd";
          default -> "sd";
        };
    return family + (bus.equals("fdc") ? 'a' : (char) ('a' + number));
  }

  private String type(String device) {
    return switch (device) {
      case "cdrom" -> draw.from(List.of("file", "file", "volume", "none"));
      case "floppy" -> draw.from(List.of("file", "volume", "none"));
      case "lun" -> "block";
      default -> draw.from(List.of("file", "file", "file", "volume", "block", "network"));
    };
  }

  private String format(String device, String type) {
    if (!device.equals("disk") || type.equals("network")) {
      return "raw";
    }
    return type.equals("file") && draw.oneIn(14)
        ? draw.from(List.of("vdi", "vmdk", "qed"))
        : draw.from(List.of("raw", "qcow2"));
  }

  private Chain chain() {
    return draw.from(List.of(Chain.FOUND, Chain.WRITTEN));
  }

  private static boolean isPlain(String device, String format) {
    return device.equals("disk") && (format.equals("raw") || format.equals("qcow2"));
  }

  private long bytes(String device, String format, boolean encrypted) {
    if (device.equals("floppy")) {
      return 1440 * 1024;
    }
    long whole = draw.from(List.of(2 * MIB, 3 * MIB, 4 * MIB));
    return format.equals("raw") && !encrypted && draw.oneIn(8) ? whole + 100 : whole;
  }

  private Set<Trait> traits(String device, String bus, String type) {
    Set<Trait> traits = EnumSet.noneOf(Trait.class);
    for (Trait trait : Trait.values()) {
      if (draw.oneIn(SELDOM.contains(trait) ? 25 : 7) && fits(trait, device, bus, type)) {
        traits.add(trait);
      }
    }
    if (traits.contains(Trait.NATIVE)) {
      traits.remove(Trait.THREADS);
    }
    if (traits.contains(Trait.STOPS)) {
      traits.remove(Trait.WERROR);
    }
    if (device.equals("cdrom")) {
      traits.add(Trait.READ_ONLY);
    }
    return traits;
  }

  /** What libvirt always refuses is drawn now and then only. */
  private boolean fits(Trait trait, String device, String bus, String type) {
    @Nullable Boolean known =
        switch (trait) {
          case WWN, ROTATING -> List.of("scsi", "sata", "ide").contains(bus);
          case PRODUCT -> bus.equals("scsi");
          case REMOVABLE -> bus.equals("usb");
          case OPEN_TRAY -> device.equals("cdrom") || device.equals("floppy");
          case READ_COPIES -> device.equals("disk");
          case OPTIONAL -> !device.equals("disk") && !type.equals("none");
          case BLOCKS, SERIAL -> device.equals("disk");
          case READ_ONLY,
              SHAREABLE,
              TRANSIENT,
              THROTTLED,
              UNMAP,
              ZEROES,
              NATIVE,
              THREADS,
              STOPS,
              WERROR ->
              null;
        };
    return known == null || known || draw.oneIn(30);
  }
}
