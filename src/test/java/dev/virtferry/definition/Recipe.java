package dev.virtferry.definition;

import dev.virtferry.definition.DrawnDisk.Chain;
import dev.virtferry.definition.WrittenDisk.Slice;
import java.util.Locale;

/** How the image of a drawn disk is made on a host, as lines for its shell. */
final class Recipe {

  /** Where images are on each host; the pool {@code drawn} is there. */
  static final String FOLDER = "/srv/drawn";

  /** What encrypted images are opened with. */
  static final String PASSPHRASE = "open sesame";

  private static final long AROUND = 65_536;

  private final DrawnDisk disk;
  private final String path;

  Recipe(DrawnDisk disk) {
    this.disk = disk;
    this.path = quoted(disk.path());
  }

  /** The image with all that the guest has there. */
  String full() {
    return backing() + empty(disk.chain() != Chain.NONE) + written() + served();
  }

  /** An image to copy into. */
  String target(boolean onBacking) {
    return empty(onBacking && disk.chain() != Chain.NONE);
  }

  /** What is beneath, which is the same on both hosts. */
  String backing() {
    return disk.chain() == Chain.NONE
        ? ""
        : "qemu-img create -q -f qcow2 %1$s %2$s\nqemu-io -c 'write -P 9 1M 128k' %1$s >/dev/null\n"
            .formatted(disk.basePath(), Long.toString(disk.bytes()));
  }

  private String empty(boolean onBacking) {
    String device = disk.type().equals("block") ? device() : "";
    if (disk.format().equals("raw") && !disk.encrypted()) {
      return device.isEmpty() ? "truncate -s %s %s\n".formatted(fileBytes(), path) : device;
    }
    String create =
        "qemu-img create -q %s%s %s %s"
            .formatted(
                options(),
                onBacking ? " -F qcow2 -b " + disk.basePath() : "",
                path,
                Long.toString(disk.bytes()));
    return device + (disk.encrypted() ? again(create) : create + "\n");
  }

  /** How often it is to hash a key QEMU measures, and fails on busy hosts. */
  private static String again(String create) {
    return "for i in 1 2 3 4 5 6 7 8 9; do %s && break; done\n".formatted(create);
  }

  /** Room for what a format needs beside its content. */
  private String device() {
    long bytes = disk.format().equals("raw") ? disk.bytes() : disk.bytes() + (2 << 20);
    return String.format(
        Locale.ROOT,
        "truncate -s %2$d %3$s/%1$s.block; loop=$(losetup --find --show %3$s/%1$s.block);"
            + " echo $loop >>%3$s/loops; mknod %4$s b 7 ${loop#/dev/loop}%n",
        disk.target(),
        bytes,
        FOLDER,
        path);
  }

  private String fileBytes() {
    Slice slice = disk.slice();
    return Long.toString(slice == null ? disk.bytes() : slice.offset() + slice.size() + AROUND);
  }

  private String options() {
    if (!disk.encrypted()) {
      return "-f " + disk.format();
    }
    return disk.format().equals("raw")
        ? secret() + " -f luks -o key-secret=key,iter-time=10"
        : secret() + " -f qcow2 -o encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10";
  }

  /** For QEMU's tools; it opens no image that is not encrypted. */
  static String secret() {
    return "--object secret,id=%s,data='%s'".formatted(Opened.KEY, PASSPHRASE);
  }

  /** Something of its own near its beginning, behind the first sectors, and near its end. */
  private String written() {
    int pattern = 1 + disk.target().charAt(disk.target().length() - 1) % 200;
    long end = disk.bytes() / 512 * 512 - AROUND;
    String image =
        quoted(
            new Opened(
                    disk.path(),
                    disk.type().equals("block"),
                    disk.format(),
                    disk.slice(),
                    disk.encrypted())
                .words());
    return String.format(
        Locale.ROOT,
        "qemu-io %s -c 'write -P %d 128k 256k' -c 'write -P %d %d 4k' %s >/dev/null%n",
        secret(),
        pattern,
        pattern + 1,
        end,
        image);
  }

  private String served() {
    return disk.type().equals("network")
        ? String.format(
            Locale.ROOT,
            "qemu-nbd --fork --persistent --shared 8 -f raw -x %s -p %d --pid-file %s/%s.pid %s%n",
            disk.target(),
            disk.port(),
            FOLDER,
            disk.target(),
            path)
        : "";
  }

  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
