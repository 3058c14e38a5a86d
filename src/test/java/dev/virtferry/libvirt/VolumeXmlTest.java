package dev.virtferry.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
  void readsAPoolWithoutAPath() {
    assertThat(VolumeXml.pool("<pool type='rbd'><name>ceph</name></pool>", 0).path()).isEmpty();
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
                  <target><path>/srv/o.qcow2</path><format type='qcow2'/><compat>1.1</compat>
                  </target>
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
                "1.1",
                "/srv/base.qcow2"));
  }

  @Test
  void readsQcow2WithoutAVersionAsTheOldOne() {
    StorageVolume volume =
        VolumeXml.volume(
            "p",
            "<volume><name>v</name><target><path>/v</path><format type='qcow2'/></target>"
                + "</volume>");
    assertThat(volume.compat()).isEqualTo("0.10");
  }

  @Test
  void writesAThinVolumeThatCanBeReadAgain() {
    String xml = VolumeXml.of(new VolumeSpec("p", "a <b> & ü.qcow2", "qcow2", 77, "1.1"));
    assertThat(xml).contains("<allocation>0</allocation>").contains("<capacity>77</capacity>");
    StorageVolume read = VolumeXml.volume("p", xml);
    assertThat(read.name()).isEqualTo("a <b> & ü.qcow2");
    assertThat(read.format()).isEqualTo("qcow2");
    assertThat(read.compat()).isEqualTo("1.1");
    assertThat(read.capacityBytes()).isEqualTo(77);
  }

  @Test
  void saysNothingOfAVersionForRaw() {
    assertThat(VolumeXml.of(new VolumeSpec("p", "v", "raw", 1, null))).doesNotContain("compat");
  }
}
