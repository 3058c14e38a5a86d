package dev.virtferry.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.virtferry.disk.image.WrittenName;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Layout;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** The headers of images are what guests and their owners make of them. */
@Tag("fuzz")
class FilesBesideFuzz {

  private static final HostAddress HOST = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");

  @FuzzTest
  void namesOtherFilesByTheirWholePathsOrByWhatIsNoPath(FuzzedDataProvider data) {
    String format = data.pickValue(List.of("qcow2", "vmdk", "raw"));
    byte[] content = data.consumeRemainingAsBytes();
    var image =
        new StorageVolume(
            "images",
            "i",
            "/srv/i",
            format,
            content.length,
            0,
            content.length,
            Layout.USUAL,
            null,
            false,
            null,
            null);
    var storage = new FakeStorage();
    storage.content("kvm-a", "images", "i", content);
    var beside = new FilesBeside(new PoolView(storage, HOST, List.of()));
    assertThat(beside.of(image).orElseThrow())
        .doesNotContain("/srv/i")
        .allMatch(path -> path.startsWith("/") || !new WrittenName(path).isPath());
  }
}
