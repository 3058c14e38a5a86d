package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Relocation;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;

/**
 * Whatever a host calls a definition is read, or refused with the one exception that is declared.
 */
@Tag("fuzz")
class DomainXmlFuzz {

  private static final String PLACE = "/moved/a b&c.qcow2";

  @DictionaryEntries({
    "<domain type='kvm'>",
    "</domain>",
    "<devices>",
    "</devices>",
    "<disk type='file'>",
    "</disk>",
    "<source file='/srv/a'/>",
    "<target dev='vda' bus='virtio'/>",
    "<backingStore>",
    "</backingStore>",
    "<uuid>",
    "</uuid>",
    "<memory unit='KiB'>",
    "</memory>",
    "<readonly/>",
    "<!DOCTYPE",
    "<!ENTITY",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "&#10;",
    "&amp;",
    "xmlns:q='u'",
    "<?xml version='1.1'?>"
  })
  @FuzzTest
  void readsAndRewritesADefinitionOrRefusesIt(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    DomainXml domain;
    try {
      domain = DomainXml.parse(text);
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("Not a document of libvirt's");
      return;
    }
    List<DomainDisk> disks = domain.disks();
    refusable(domain::uuid);
    refusable(domain::hostIdentity);
    refusable(() -> {
      assertThat(domain.memoryBytes()).isNotNegative();
      return true;
    });
    assertThat(domain.name()).isNotNull();
    assertThat(Hindrances.now(text)).allMatch(found -> found.words().endsWith("."));
    assertThat(Hindrances.atTheNextStart(text)).allMatch(found -> found.words().endsWith("."));
    assertThat(domain.machine()).isNotNull();
    assertThat(domain.aliases().size()).isLessThanOrEqualTo(disks.size());
    rewrites(text, disks);
  }

  private static void refusable(Supplier<Object> reading) {
    try {
      assertThat(reading.get()).isNotNull();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  /** Every disk but the moved one is read again as it was. */
  private static void rewrites(String text, List<DomainDisk> disks) {
    String moving = disks.isEmpty() ? "vda" : disks.getFirst().target();
    String written =
        MovedDefinition.of(
            text, new Relocation(Map.of(moving, new Relocation.Copy(List.of(), PLACE)), Map.of()));
    List<DomainDisk> after = DomainXml.parse(written).disks();
    assertThat(after).hasSameSizeAs(disks);
    for (int i = 0; i < disks.size(); i++) {
      DiskImage image = after.get(i).image();
      if (!disks.get(i).target().equals(moving)) {
        assertThat(after.get(i)).as(written).isEqualTo(disks.get(i));
      } else if (image != null) {
        assertThat(image.location()).as(written).isEqualTo(PLACE);
      }
    }
  }
}
