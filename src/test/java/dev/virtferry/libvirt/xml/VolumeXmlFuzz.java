package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.DictionaryEntries;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.StorageVolume.Permissions;
import dev.virtferry.libvirt.VolumeSpec;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.w3c.dom.Element;

/** What pools say is read or refused; what pools are told says what was meant, or is not said. */
@Tag("fuzz")
class VolumeXmlFuzz {

  @DictionaryEntries({
    "<volume>",
    "</volume>",
    "<target>",
    "</target>",
    "<capacity>",
    "</capacity>",
    "<format type='",
    "<permissions>",
    "</permissions>",
    "<features>",
    "</features>",
    "<backingStore>",
    "</backingStore>",
    "<path>",
    "</path>",
    "<pool type='dir'>",
    "</pool>",
    "]]>",
    "&amp;"
  })
  @FuzzTest
  void readsAVolumeOrRefusesItAndWritesWhatWasMeant(FuzzedDataProvider data) {
    if (data.consumeBoolean()) {
      writes(spec(data));
    } else {
      reads(data.consumeRemainingAsString());
    }
  }

  private static void reads(String text) {
    try {
      assertThat(VolumeXml.pool(text, 1).name()).isNotNull();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
    try {
      StorageVolume volume = VolumeXml.volume("images", text);
      assertThat(volume.capacityBytes()).isNotNegative();
      assertThat(volume.allocationBytes()).isNotNegative();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static VolumeSpec spec(FuzzedDataProvider data) {
    return new VolumeSpec(
        "images",
        data.consumeString(60),
        data.consumeString(20),
        data.consumeLong(0, Long.MAX_VALUE),
        data.consumeBoolean()
            ? new Layout(data.consumeString(10), data.consumeLong(0, 1 << 21), List.of("x"))
            : null,
        new Permissions(data.consumeString(6), data.consumeString(6), data.consumeString(6)),
        new Backing(data.consumeRemainingAsString(), "qcow2"));
  }

  private static void writes(VolumeSpec spec) {
    String text;
    try {
      text = VolumeXml.of(spec);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).contains("XML");
      return;
    }
    Element volume = Xml.parse(text);
    assertThat(said(volume, "name")).as(text).isEqualTo(spec.name());
    assertThat(said(volume, "capacity")).isEqualTo(Long.toString(spec.capacityBytes()));
    assertThat(Xml.children(volume)).hasSize(5);
    Element target = Xml.child(volume, "target").orElseThrow();
    Element format = Xml.child(target, "format").orElseThrow();
    assertThat(format.getAttribute("type")).isEqualTo(spec.format());
    Backing backing = spec.backing();
    assertThat(said(Xml.child(volume, "backingStore").orElseThrow(), "path"))
        .isEqualTo(backing == null ? "" : backing.path());
  }

  private static String said(Element parent, String name) {
    return Xml.child(parent, name).orElseThrow().getTextContent();
  }
}
