package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.StorageVolume.Permissions;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import dev.virtferry.libvirt.VolumeSpec;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeXmlTest {

  @Test
  void readsAPool() {
    assertThat(
            VolumeXml.pool(
                "<pool type='dir'><name>images</name><target><path>/srv</path></target></pool>",
                42))
        .isEqualTo(new StoragePool("images", "dir", "/srv", 42));
  }

  @Test
  void readsWhatAPoolIsMadeOf() {
    StoragePool pool =
        VolumeXml.pool(
            """
            <pool type='logical'><name>vg</name>
              <source><device path='/dev/sdb'/><device path='/dev/sdc1'><freeExtent/></device>
                <name>vg</name><format type='lvm2'/></source>
              <target><path>/dev/vg</path></target></pool>
            """,
            0);
    assertThat(pool.devices()).containsExactly("/dev/sdb", "/dev/sdc1");
    assertThat(pool.isActive()).isTrue();
    StoragePool exported =
        VolumeXml.pool(
            """
            <pool type='netfs'><name>net</name>
              <source><host name='nfs'/><dir path='/dev/sdb'/></source>
              <target><path>/net</path></target></pool>
            """,
            0);
    assertThat(exported.devices()).as("that is a folder of the server").isEmpty();
  }

  @Test
  void aPoolThatIsStoppedDoesNotHang() {
    StoragePool pool = new StoragePool("images", "dir", "/srv", 42);
    assertThat(pool.silent().isActive()).isTrue();
    assertThat(pool.silent().answers()).isFalse();
    assertThat(pool.stopped().silent()).isEqualTo(pool.stopped());
    assertThat(pool.stopped().isActive()).isFalse();
  }

  @Test
  void readsAPoolWithoutAPath() {
    assertThat(VolumeXml.pool("<pool type='rbd'><name>ceph</name></pool>", 0).path()).isEmpty();
  }

  /** libvirt repeats what stands in the header of an image, and a guest writes that. */
  @Test
  void readsWhatOnlyAStrangeHeaderTells() {
    StorageVolume volume =
        VolumeXml.volume(
            "images",
            """
            <volume><name>evil.raw</name>
              <capacity unit='bytes'>11529215046068469760</capacity>
              <allocation unit='bytes'>4096</allocation>
              <physical unit='bytes'>18446744073709551615</physical>
              <target><path>/srv/evil.raw</path><format type='qcow2'/>
                <clusterSize unit='B'>9223372036854775808</clusterSize></target>
              <backingStore><path>/srv/\ufffe\u001b[31m</path><format type='raw'/></backingStore>
            </volume>
            """);
    assertThat(volume.capacityBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(volume.fileBytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(volume.allocationBytes()).isEqualTo(4096);
    assertThat(volume.backing()).isEqualTo(new Backing("/srv/\ufffd\ufffd[31m", "raw"));
  }

  @Test
  void readsAnOverlay() {
    assertThat(
            VolumeXml.volume(
                "images",
                """
                <volume type='file'>
                  <name>o.qcow2</name>
                  <capacity unit='bytes'>1048576</capacity>
                  <allocation unit='bytes'>196616</allocation>
                  <physical unit='bytes'>196624</physical>
                  <target><path>/srv/o.qcow2</path><format type='qcow2'/><compat>1.1</compat>
                    <timestamps><atime>9.1</atime><mtime>1795833317.485747438</mtime>
                      <ctime>1795833318</ctime><btime>0</btime></timestamps>
                    <permissions><mode>0600</mode><owner>64055</owner><group>108</group>
                    </permissions>
                    <clusterSize unit='B'>65536</clusterSize>
                    <features><lazy_refcounts/></features></target>
                  <backingStore><path>/srv/base.qcow2</path><format type='qcow2'/></backingStore>
                </volume>
                """))
        .isEqualTo(
            new StorageVolume(
                "images",
                "o.qcow2",
                "/srv/o.qcow2",
                "qcow2",
                1_048_576,
                196_616,
                196_624,
                new Layout("1.1", 65_536, List.of("lazy_refcounts")),
                new Permissions("0600", "64055", "108"),
                false,
                new Backing("/srv/base.qcow2", "qcow2"),
                new Timestamps(
                    Instant.parse("2026-11-28T02:35:17.485747438Z"),
                    Instant.parse("2026-11-28T02:35:18Z"))));
  }

  @Test
  void readsQcow2WithoutAVersionAsTheOldOne() {
    StorageVolume volume =
        VolumeXml.volume(
            "p",
            "<volume><name>v</name><target><path>/v</path><format type='qcow2'/></target>"
                + "</volume>");
    assertThat(volume.layout()).isEqualTo(new Layout("0.10", 0, List.of()));
  }

  @Test
  void seesThatAVolumeIsEncrypted() {
    StorageVolume volume =
        VolumeXml.volume(
            "p",
            "<volume><name>v</name><target><path>/v</path><format type='qcow2'/>"
                + "<encryption format='luks'/></target></volume>");
    assertThat(volume.encrypted()).isTrue();
  }

  @Test
  void writesAThinVolumeThatCanBeReadAgain() {
    var spec =
        new VolumeSpec(
            "p",
            "a <b> & ü.qcow2",
            "qcow2",
            77,
            new Layout("1.1", 131_072, List.of("lazy_refcounts")),
            new Permissions("0640", "1", "2"),
            new Backing("/srv/b&b", "raw"));
    String xml = VolumeXml.of(spec);
    assertThat(xml).contains("<allocation>0</allocation>").contains("<capacity>77</capacity>");
    StorageVolume read = VolumeXml.volume("p", xml);
    assertThat(
            new VolumeSpec(
                "p",
                read.name(),
                read.format(),
                read.capacityBytes(),
                read.layout(),
                read.permissions(),
                read.backing()))
        .isEqualTo(spec);
  }

  @Test
  void saysNothingOfALayoutForRaw() {
    assertThat(VolumeXml.of(new VolumeSpec("p", "v", "raw", 1, null, null, null)))
        .isEqualTo(
            "<volume><name>v</name><capacity>1</capacity><allocation>0</allocation>"
                + "<target><format type=\"raw\"/></target></volume>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<volume/>",
        "<volume><capacity>-1</capacity><target/></volume>",
        "<volume><allocation>many</allocation><target/></volume>",
      })
  void refusesAVolumeThatCantBe(String xml) {
    assertThatThrownBy(() -> VolumeXml.volume("images", xml))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0001", "a\0", "a\rb", "\ud800", "\uffff"})
  void doesNotWriteANameThatXmlCantSay(String name) {
    var spec = new VolumeSpec("images", name, "raw", 1, null, null, null);
    assertThatThrownBy(() -> VolumeXml.of(spec)).isInstanceOf(IllegalArgumentException.class);
  }
}
