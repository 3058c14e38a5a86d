package dev.virtferry.definition;

import dev.virtferry.definition.DrawnDisk.Chain;
import dev.virtferry.fuzz.Draw;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/**
 * A guest of a drawn definition; its seed and number draw it again. It stays in its firmware.
 *
 * @param old whether its machine is pc, and not q35
 * @param extra what its definition says beside devices, such as metadata
 * @param runs whether it runs, or is paused
 * @param prepared whether the destination has images of its copied disks before
 * @param incremental whether overlays are copied without what is beneath
 */
public record DrawnGuest(
    long seed,
    int number,
    String name,
    UUID uuid,
    boolean old,
    String extra,
    boolean runs,
    boolean prepared,
    boolean incremental,
    List<DrawnDisk> disks) {

  private static final List<String> NAMES =
      List.of("drawn", "drawn one", "drawn größe", "drawn & <co>", "drawn,x=y", "-drawn", "drawn'");

  private static final List<String> EXTRAS =
      List.of(
          "",
          "<title>A &lt;title&gt; &amp; more</title>",
          "<description>two\nlines</description>",
          "<metadata><a:b xmlns:a='urn:a' c='1 &gt; 0'><d xmlns='urn:d'>x &amp;"
              + " y</d></a:b></metadata>");

  /** Always the same one for the same seed and number. */
  public static DrawnGuest of(long seed, int number) {
    var draw = new Draw(seed, number);
    boolean old = draw.oneIn(3);
    var next = new DiskDraw(draw, old);
    int count = 1 + draw.below(4);
    List<DrawnDisk> disks = new ArrayList<>();
    Set<String> targets = new HashSet<>();
    for (int i = 0; i < count; i++) {
      DrawnDisk disk = next.next(i);
      if (targets.add(disk.target())) {
        disks.add(disk);
      }
    }
    boolean chained = disks.stream().anyMatch(disk -> disk.chain() != Chain.NONE);
    return new DrawnGuest(
        seed,
        number,
        draw.from(NAMES),
        new UUID(seed, 0x8000_0000_0000_0000L + number),
        old,
        draw.from(EXTRAS),
        draw.oneIn(2),
        draw.oneIn(3),
        chained && draw.oneIn(2),
        disks);
  }

  /** The targets of the disks that are to be copied. */
  public List<String> copied() {
    return disks.stream().filter(DrawnDisk::isCopied).map(DrawnDisk::target).toList();
  }

  /**
   * Its definition.
   *
   * @param server the address of the host that serves network disks
   */
  public String xml(String server) {
    var devices = new StringBuilder();
    disks.forEach(disk -> devices.append("\n").append(disk.xml(server)));
    return """
    <domain type='qemu'><name>%s</name><uuid>%s</uuid>%s<memory unit='MiB'>32</memory>
    <os><type arch='x86_64' machine='%s'>hvm</type></os><features><acpi/></features><devices>%s
    <controller type='usb' model='qemu-xhci'/><controller type='scsi' model='virtio-scsi'/>
    <memballoon model='none'/></devices></domain>
    """
        .formatted(DrawnDisk.escaped(name), uuid, extra, old ? "pc" : "q35", devices);
  }

  /** How one finds it again. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "seed %d, number %d: %s%s%s%s, %s",
        seed,
        number,
        old ? "pc" : "q35",
        runs ? "" : ", paused",
        prepared ? ", images prepared" : "",
        incremental ? ", incremental" : "",
        disks);
  }
}
