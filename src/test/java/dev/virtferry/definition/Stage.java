package dev.virtferry.definition;

import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What the shells of two hosts do for a drawn guest: scripts, each for one host. */
public final class Stage {

  /** Once on each host: its pool, and the key of encrypted disks. */
  public static final String SET_UP =
      """
      mkdir -p %1$s
      virsh -q pool-create-as drawn dir --target %1$s
      printf '<secret ephemeral="no" private="no"><uuid>%2$s</uuid></secret>' >%1$s/secret.xml
      virsh -q secret-define %1$s/secret.xml >/dev/null
      virsh -q secret-set-value %2$s "$(printf '%3$s' | base64)" >/dev/null 2>&1
      """
          .formatted(Recipe.FOLDER, DrawnDisk.SECRET, Recipe.PASSPHRASE);

  /** Leaves no domain on a host; nothing of it fails. */
  public static final String FORGET =
      """
      set +e
      for domain in $(virsh -q list --all --uuid); do
        virsh -q destroy $domain; virsh -q undefine $domain
      done
      true
      """;

  /** After each guest, on each host; nothing of it fails. */
  public static final String CLEAR =
      FORGET
          + """
          cd %1$s || exit 0
          cat ./*.pid | xargs -r kill
          [ ! -s loops ] || xargs -r losetup -d <loops
          rm -rf /dev/drawn-*
          find . -mindepth 1 -delete
          virsh -q pool-refresh drawn
          true
          """
              .formatted(Recipe.FOLDER);

  /** At the end, on each host. */
  public static final String TAKE_DOWN =
      CLEAR
          + "virsh -q pool-destroy drawn\nvirsh -q secret-undefine %s\nrm -rf %s\ntrue\n"
              .formatted(DrawnDisk.SECRET, Recipe.FOLDER);

  private Stage() {}

  /** All images that the guest has, where it runs first. */
  public static String atSource(DrawnGuest guest) {
    return begun(guest, disk -> !disk.type().equals("none"), disk -> new Recipe(disk).full());
  }

  /**
   * What the guest finds where it goes: media that are not copied, devices, what incremental copies
   * lie upon, and images to copy into where it is to have them.
   */
  public static String atDestination(DrawnGuest guest, boolean images) {
    return begun(
        guest,
        DrawnDisk::isImage,
        disk -> {
          var recipe = new Recipe(disk);
          if (!disk.isCopied()) {
            return recipe.full();
          }
          return (guest.incremental() ? recipe.backing() : "")
              + (images || disk.type().equals("block") ? recipe.target(guest.incremental()) : "");
        });
  }

  /** The images to copy into, after {@link #atDestination} without them. */
  public static String images(DrawnGuest guest) {
    return begun(
        guest,
        disk -> disk.isCopied() && !disk.type().equals("block"),
        disk -> new Recipe(disk).target(guest.incremental()));
  }

  private static String begun(
      DrawnGuest guest, Predicate<DrawnDisk> which, Function<DrawnDisk, String> lines) {
    return "cd "
        + Recipe.FOLDER
        + "\n"
        + guest.disks().stream().filter(which).map(lines).collect(Collectors.joining())
        + "virsh -q pool-refresh drawn\n";
  }

  /** Defines and starts it from {@code guest.xml} in the folder. */
  public static String start(DrawnGuest guest, String xml) {
    return "cd %s\nprintf %%s %s >guest.xml\nvirsh -q define guest.xml >/dev/null\nvirsh -q start %s%s >/dev/null\n"
        .formatted(
            Recipe.FOLDER, Recipe.quoted(xml), guest.runs() ? "" : "--paused ", guest.uuid());
  }

  /** Prints the digest of what the guest sees of a disk there, as its definition says. */
  public static String digest(WrittenDisk disk) {
    return "qemu-img convert -U %1$s -O raw %2$s %3$s/.seen\nsha256sum <%3$s/.seen\nrm %3$s/.seen\n"
        .formatted(Recipe.secret(), Recipe.quoted(disk.opened(Recipe.FOLDER)), Recipe.FOLDER);
  }

  /** A cold start at a host, which ends at once. */
  public static String coldStart(DrawnGuest guest) {
    return "virsh -q destroy %1$s\nvirsh -q start --paused %1$s >/dev/null\nvirsh -q destroy %1$s\n"
        .formatted(guest.uuid());
  }

  /** The same migration by hand, of the disks that are copied. */
  public static String migrate(DrawnGuest guest, String destUri) {
    String disks = String.join(",", guest.copied());
    String storage =
        disks.isEmpty()
            ? ""
            : String.format(
                Locale.ROOT,
                " --copy-storage-%s --migrate-disks %s",
                guest.incremental() ? "inc" : "all",
                disks);
    return "virsh -q migrate --live --p2p --persistent --undefinesource%s %s %s\n"
        .formatted(storage, guest.uuid(), destUri);
  }
}
