package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CheckpointXmlTest {

  private static final String CHECKPOINT =
      """
      <domaincheckpoint><name>c</name><domain type='kvm'><devices>
        <disk type='file' device='disk'><source file='/srv/base.qcow2'/><target dev='vda'/></disk>
        <disk type='file' device='cdrom'><target dev='sda'/></disk>
      </devices></domain></domaincheckpoint>
      """;

  private static String domain(String vda) {
    return "<domain><devices><disk type='file' device='disk'>%s<target dev='vda'/></disk></devices></domain>"
        .formatted(vda);
  }

  @Test
  void tellsADiskThatGotAnotherImageOnTheOneOfThatTime() {
    String deep =
        """
        <source file='/srv/top.qcow2'/>
        <backingStore type='file'><source file='/srv/mid.qcow2'/>
          <backingStore type='file'><source file='/srv/base.qcow2'/><backingStore/></backingStore>
        </backingStore>\
        """;
    assertThat(CheckpointXml.split(CHECKPOINT, domain(deep))).containsExactly("vda");
  }

  @Test
  void tellsNoDiskWhoseImageIsTheOneOfThatTime() {
    String same =
        """
        <source file='/srv/base.qcow2'/>
        <backingStore type='file'><source file='/srv/template.qcow2'/></backingStore>\
        """;
    assertThat(CheckpointXml.split(CHECKPOINT, domain(same))).isEmpty();
  }

  @Test
  void tellsNothingWithoutADefinitionOfThatTime() {
    assertThat(
            CheckpointXml.split(
                "<domaincheckpoint><name>c</name></domaincheckpoint>",
                domain("<source file='/srv/base.qcow2'/>")))
        .isEmpty();
  }
}
