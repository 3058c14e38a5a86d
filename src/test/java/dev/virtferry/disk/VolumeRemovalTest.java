package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.VolumeRemoval.Doomed;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VolumeRemovalTest {

  private static final HostAddress HOST = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");
  private static final UUID OTHER = UUID.fromString("11111111-2222-4333-8444-555555555555");

  private final FakeStorage storage = new FakeStorage();
  private final FakeHypervisor hypervisor = new FakeHypervisor();
  private final VolumeRemoval removal = Disks.removal(storage, hypervisor.ports());

  @BeforeEach
  void aPool() {
    storage.pool("kvm-a", new StoragePool("images", "dir", "/srv", 100 * MIB));
    volume("vda.raw", "raw");
  }

  private void volume(String name, String format) {
    storage.volume("kvm-a", volume(name, format, null));
  }

  private static StorageVolume volume(String name, String format, @Nullable Timestamps written) {
    return new StorageVolume(
        "images",
        name,
        "/srv/" + name,
        format,
        64 * MIB,
        5 * MIB,
        64 * MIB,
        format.equals("qcow2") ? Layout.USUAL : null,
        null,
        false,
        null,
        written);
  }

  private void stopped(String devices) {
    hypervisor.define("kvm-a", OTHER, "<domain><devices>%s</devices></domain>".formatted(devices));
  }

  private Optional<String> delete(String name) {
    return removal.round(HOST, List.of()).delete(new Doomed("images", name), _ -> true);
  }

  @Test
  void deletesWhatNobodyHas() {
    stopped("<filesystem type='mount'><source dir='/srv2'/></filesystem>");
    assertThat(delete("vda.raw")).isEmpty();
    assertThat(storage.deeds()).containsExactly("deleted kvm-a/images/vda.raw");
  }

  /** Of what was made for nothing that is no matter: nobody has used it yet. */
  @Test
  void leavesAnOriginalThatHoldsSnapshots() {
    volume("snap.qcow2", "qcow2");
    byte[] image = Images.qcow2().putInt(60, 1).array();
    storage.content("kvm-a", "images", "snap.qcow2", image);
    assertThat(delete("snap.qcow2"))
        .contains("/srv/snap.qcow2 holds snapshots or bitmaps, which its copy may lack.");
    byte[] bitmaps = Images.extended(0x23852875, new byte[24]).array();
    storage.content("kvm-a", "images", "snap.qcow2", bitmaps);
    assertThat(delete("snap.qcow2"))
        .contains("/srv/snap.qcow2 holds snapshots or bitmaps, which its copy may lack.");
    storage.content("kvm-a", "images", "snap.qcow2", new byte[200]);
    assertThat(delete("snap.qcow2"))
        .hasValueSatisfying(
            why -> assertThat(why).contains("can't be read for snapshots and bitmaps"));
    assertThat(storage.deeds()).isEmpty();
    storage.content("kvm-a", "images", "snap.qcow2", Images.qcow2().array());
    assertThat(delete("snap.qcow2")).isEmpty();
  }

  /** A pool tells the format that a file had when the pool was last read. */
  @Test
  void leavesAnOriginalThatHoldsMoreThanItsPoolKnows() {
    volume("snap.qcow2", "raw");
    storage.content("kvm-a", "images", "snap.qcow2", Images.qcow2().putInt(60, 1).array());
    assertThat(delete("snap.qcow2"))
        .contains("/srv/snap.qcow2 holds snapshots or bitmaps, which its copy may lack.");
    storage.content("kvm-a", "images", "snap.qcow2", Images.keepingDataIn("/srv/data.raw"));
    assertThat(delete("snap.qcow2"))
        .contains(
            "/srv/snap.qcow2 is not all of its image, which keeps its data in /srv/data.raw.");
    assertThat(storage.deeds()).isEmpty();
  }

  @Test
  void leavesWhereAnotherDomainsImageKeepsItsData() {
    volume("other.qcow2", "qcow2");
    storage.content("kvm-a", "images", "other.qcow2", Images.keepingDataIn("/srv/vda.raw"));
    stopped("<disk type='file'><source file='/srv/other.qcow2'/></disk>");
    assertThat(delete("vda.raw")).hasValueSatisfying(why -> assertThat(why).contains("" + OTHER));
    assertThat(storage.deeds()).isEmpty();
  }

  @Test
  void leavesWhatLiesInAFolderThatADomainHas() {
    stopped("<filesystem type='mount'><source dir='/srv'/></filesystem>");
    assertThat(delete("vda.raw"))
        .contains(
            "/srv/vda.raw lies in /srv, a folder that the domain %s of kvm-a has."
                .formatted(OTHER));
    assertThat(storage.deeds()).isEmpty();
  }

  @Test
  void leavesWhatMayHaveAnotherNameInAPoolThatHangsUnlessItMadeItItself() {
    storage.pool("kvm-a", new StoragePool("sick", "dir", "/sick", 0));
    storage.hang("kvm-a", "sick");
    assertThat(delete("vda.raw"))
        .contains(
            "/srv/vda.raw may have another name in pool sick of kvm-a, which does not show what is in it.");
    assertThat(storage.deeds()).isEmpty();
    var rollback = removal.rollback(HOST);
    assertThat(rollback.delete(new Doomed("images", "vda.raw"), _ -> true)).isEmpty();
  }

  @Test
  void leavesWhatMayHaveAnotherNameInAPoolThatCanNotBeListedUnlessItMadeItItself() {
    storage.pool("kvm-a", new StoragePool("full", "dir", "/full", 0));
    storage.refuseToList("kvm-a", "full");
    assertThat(delete("vda.raw"))
        .contains(
            "/srv/vda.raw may have another name in pool full of kvm-a, which does not show what is in it.");
    assertThat(storage.deeds()).isEmpty();
    var rollback = removal.rollback(HOST);
    assertThat(rollback.delete(new Doomed("images", "vda.raw"), _ -> true)).isEmpty();
  }

  @Test
  void leavesWhatMayHaveAnotherNameInSuchAPoolOfAHostThatSharesThePath() {
    var shared = new SharedStorage(new DiskProperties(List.of("/srv")));
    var other = new HostAddress("kvm-b", "qemu+tls://kvm-b/system");
    storage.pool("kvm-b", new StoragePool("full", "dir", "/full", 0));
    storage.refuseToList("kvm-b", "full");
    var there = new DiskImage(SourceType.FILE, "/full/x.raw", "raw", null);
    hypervisor.put("kvm-b", Domains.running("other", Domains.onImage("vda", there)));
    var files = new FilesInUse(hypervisor.ports(), storage, shared, () -> List.of(HOST, other));
    Optional<String> why =
        new VolumeRemoval(storage, files)
            .round(HOST, List.of())
            .delete(new Doomed("images", "vda.raw"), _ -> true);
    assertThat(why).hasValueSatisfying(words -> assertThat(words).contains("pool full of kvm-b"));
    assertThat(storage.deeds()).isEmpty();
  }

  @Test
  void rollsBackWhatItMadeInSuchAFolderUnlessADomainNamesIt() {
    volume("vdb.raw", "raw");
    stopped(
        "<filesystem type='mount'><source dir='/srv'/></filesystem><disk type='file'><source file='/srv/vdb.raw'/></disk>");
    var rollback = removal.rollback(HOST);
    assertThat(rollback.delete(new Doomed("images", "vda.raw"), _ -> true)).isEmpty();
    assertThat(rollback.delete(new Doomed("images", "vdb.raw"), _ -> true)).isPresent();
    assertThat(storage.deeds()).containsExactly("deleted kvm-a/images/vda.raw");
  }

  @Test
  void leavesWhatGotAnotherNameSinceThePoolWasRead() {
    var written = new Timestamps(Instant.EPOCH, Instant.EPOCH);
    storage.volume("kvm-a", volume("vda.raw", "raw", written));
    storage.byHand("kvm-a", volume("linked.raw", "raw", written));
    assertThat(delete("vda.raw"))
        .hasValueSatisfying(why -> assertThat(why).contains("/srv/linked.raw"));
    assertThat(storage.deeds()).isEmpty();
  }

  @Test
  void leavesAnImageWholeThatKeepsItsDataInAnotherFile() {
    volume("vda.qcow2", "qcow2");
    storage.content("kvm-a", "images", "vda.qcow2", Images.keepingDataIn("/srv/vda.raw"));
    assertThat(delete("vda.qcow2"))
        .contains("/srv/vda.qcow2 is not all of its image, which keeps its data in /srv/vda.raw.");
    assertThat(storage.deeds()).isEmpty();
  }
}
