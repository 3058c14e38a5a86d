package dev.virtferry.lab;

import java.util.Arrays;
import java.util.List;

/**
 * What a person may do to a guest with plain {@code virsh} while it is migrated; $G is the guest.
 */
enum Hand {
  SUSPEND("suspend", Reach.EVERYWHERE, "virsh suspend $G"),
  SUSPEND_AND_CANCEL("suspend, then a cancel", Reach.COPYING, "virsh suspend $G"),
  SUSPEND_AND_COMPLETE("suspend, then a complete", Reach.COPYING, "virsh suspend $G"),
  RESUME("resume", Reach.EVERYWHERE, "virsh resume $G"),
  RESET("reset", Reach.EVERYWHERE, "virsh reset $G"),
  REBOOT("reboot", Reach.COPYING, "virsh reboot $G"),
  SHUTDOWN("shutdown", Reach.EVERYWHERE, "virsh shutdown $G"),
  DESTROY("destroy", Reach.EVERYWHERE, "virsh destroy $G"),
  DESTROY_GRACEFUL("destroy --graceful", Reach.EVERYWHERE, "virsh destroy --graceful $G"),
  KILL("kill of QEMU", Reach.POST_COPY, "kill -KILL $(cat /run/libvirt/qemu/$G.pid)"),
  SAVE("save", Reach.COPYING, "virsh save $G /srv/$G-saved"),
  MANAGEDSAVE("managedsave", Reach.EVERYWHERE, "virsh managedsave $G"),
  SNAPSHOT_EXTERNAL(
      "snapshot-create-as --disk-only",
      Reach.COPYING,
      "virsh snapshot-create-as $G one --disk-only --diskspec vda,file=/srv/$G-one.qcow2"),
  SNAPSHOT("snapshot-create-as", Reach.COPYING, "virsh snapshot-create-as $G one"),
  CHECKPOINT("checkpoint-create", Reach.COPYING, "virsh checkpoint-create $G"),
  BACKUP("backup-begin", Reach.COPYING, "virsh backup-begin $G"),
  ATTACH_DISK(
      "attach-disk",
      Reach.EVERYWHERE,
      "truncate -s 1M /srv/$G-more.raw && virsh attach-disk $G /srv/$G-more.raw vdz --live"),
  DETACH_DISK("detach-disk", Reach.COPYING, "virsh detach-disk $G vda --live"),
  ATTACH_INTERFACE(
      "attach-interface",
      Reach.COPYING,
      "echo \"<interface type='user'><model type='virtio'/></interface>\" >/srv/$G-net.xml"
          + " && virsh attach-device $G /srv/$G-net.xml --live"),
  DETACH_INTERFACE(
      "detach-interface",
      Reach.COPYING,
      "echo \"<interface type='user'><mac address='52:54:00:00:00:01'/></interface>\""
          + " >/srv/$G-net.xml && virsh detach-device $G /srv/$G-net.xml --live"),
  BLOCKJOB_ABORT("blockjob --abort", Reach.AT_SOURCE, "virsh blockjob $G vda --abort"),
  BLOCKRESIZE("blockresize", Reach.COPYING, "virsh blockresize $G vda 20M"),
  SETMEM("setmem", Reach.AT_SOURCE, "virsh setmem $G 96M --live"),
  SETVCPUS("setvcpus", Reach.COPYING, "virsh setvcpus $G 1 --live"),
  DOMRENAME("domrename", Reach.COPYING, "virsh domrename $G $G-renamed"),
  UNDEFINE("undefine", Reach.EVERYWHERE, "virsh undefine $G"),
  DEFINE(
      "define, another definition",
      Reach.EVERYWHERE,
      """
      virsh dumpxml --inactive $G |
        sed 's,<memory unit.*</memory>,<memory unit="MiB">160</memory>,; s,</uuid>,&<title>other</title>,' \
        >/srv/$G-other.xml && virsh define /srv/$G-other.xml\
      """),
  DOMJOBABORT("domjobabort", Reach.EVERYWHERE, "virsh domjobabort $G"),
  MIGRATE(
      "migrate by virsh",
      Reach.AT_SOURCE,
      "virsh migrate --live --p2p --persistent --undefinesource --copy-storage-all"
          + " --migrate-disks vda $G qemu+tcp://kvm-b/system"),
  INJECT_NMI("inject-nmi", Reach.AT_SOURCE, "virsh inject-nmi $G"),
  OWN_POWEROFF("poweroff", "the guest powers itself off"),
  OWN_REBOOT("reboot", "the guest reboots itself"),
  OWN_PANIC("panic", "the guest panics");

  private final String title;
  private final Reach reach;
  private final String script;
  private final String button;

  Hand(String title, Reach reach, String script) {
    this.title = title;
    this.reach = reach;
    this.script = script;
    this.button = "";
  }

  Hand(String button, String title) {
    this.title = title;
    this.reach = Reach.WHERE_IT_RUNS;
    this.script = "";
    this.button = button;
  }

  String title() {
    return title;
  }

  List<Spot> spots() {
    return Arrays.stream(Spot.values()).filter(reach::includes).toList();
  }

  String script() {
    return script;
  }

  /** What the guest does when its power button is pressed; empty where nobody presses it. */
  String button() {
    return button;
  }

  boolean suspends() {
    return this == SUSPEND || this == SUSPEND_AND_CANCEL || this == SUSPEND_AND_COMPLETE;
  }

  /** Where and when a hand makes sense. */
  private enum Reach {
    EVERYWHERE,
    AT_SOURCE,
    WHERE_IT_RUNS,
    COPYING,
    POST_COPY;

    boolean includes(Spot spot) {
      boolean postCopy = spot.phase().equals("POST_COPY");
      return switch (this) {
        case EVERYWHERE -> true;
        case AT_SOURCE -> spot.atSource();
        case WHERE_IT_RUNS -> spot.atSource() != postCopy;
        case COPYING -> spot.atSource() && !postCopy;
        case POST_COPY -> postCopy;
      };
    }
  }
}
