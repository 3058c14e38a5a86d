package dev.virtferry.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.definition.DrawnDisk.Chain;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DrawnGuestTest {

  private static final List<DrawnGuest> MANY =
      IntStream.rangeClosed(1, 400).mapToObj(number -> DrawnGuest.of(7, number)).toList();

  private static Stream<DrawnDisk> disks() {
    return MANY.stream().flatMap(guest -> guest.disks().stream());
  }

  @Test
  void theSameNumberDrawsTheSameGuest() {
    assertThat(DrawnGuest.of(7, 3)).isEqualTo(DrawnGuest.of(7, 3)).isEqualTo(MANY.get(2));
    assertThat(DrawnGuest.of(8, 3)).isNotEqualTo(DrawnGuest.of(7, 3));
  }

  @Test
  void nobodyElseHasItsIdentity() {
    assertThat(MANY.stream().map(DrawnGuest::uuid)).doesNotHaveDuplicates();
    assertThat(DrawnGuest.of(8, 1).uuid()).isNotEqualTo(DrawnGuest.of(7, 1).uuid());
    assertThat(MANY.getFirst().uuid()).isNotEqualTo(new UUID(0, 0));
  }

  @Test
  void eachKindIsDrawn() {
    assertThat(disks().map(DrawnDisk::device)).contains("disk", "cdrom", "floppy", "lun");
    assertThat(disks().map(DrawnDisk::bus)).contains("virtio", "scsi", "sata", "usb", "ide", "fdc");
    assertThat(disks().map(DrawnDisk::type)).contains("file", "block", "volume", "network", "none");
    assertThat(disks().map(disk -> disk.format())).contains("raw", "qcow2", "vdi", "vmdk", "qed");
    assertThat(disks().map(DrawnDisk::cache))
        .contains("", "none", "writethrough", "writeback", "directsync", "unsafe");
    assertThat(disks().map(DrawnDisk::chain)).contains(Chain.values());
    assertThat(disks().flatMap(disk -> disk.traits().stream())).contains(Trait.values());
    assertThat(disks()).anyMatch(DrawnDisk::encrypted).anyMatch(disk -> disk.slice() != null);
  }

  @Test
  void eachWayToMoveIsDrawn() {
    assertThat(MANY)
        .anyMatch(DrawnGuest::incremental)
        .anyMatch(DrawnGuest::prepared)
        .anyMatch(guest -> !guest.runs())
        .anyMatch(guest -> guest.copied().isEmpty())
        .anyMatch(guest -> guest.copied().size() > 2);
    assertThat(disks()).anyMatch(DrawnDisk::moves);
  }

  @Test
  void itsDefinitionSaysWhatWasDrawn() {
    for (DrawnGuest guest : MANY) {
      List<WrittenDisk> written = WrittenDisk.of(guest.xml("10.0.0.1"));
      assertThat(written).hasSameSizeAs(guest.disks());
      assertThat(written.stream().filter(WrittenDisk::isWrittenImage).map(WrittenDisk::target))
          .as(guest.toString())
          .containsAll(guest.copied());
      for (int i = 0; i < written.size(); i++) {
        assertThat(written.get(i)).satisfies(saysOf(guest.disks().get(i)));
      }
    }
  }

  private static Consumer<WrittenDisk> saysOf(DrawnDisk drawn) {
    return said -> {
      assertThat(said.device()).isEqualTo(drawn.device());
      assertThat(said.bus()).isEqualTo(drawn.bus());
      assertThat(said.format()).isEqualTo(drawn.format());
      assertThat(said.encrypted()).isEqualTo(drawn.encrypted());
      assertThat(said.slice()).isEqualTo(drawn.slice());
      if (drawn.isImage()) {
        assertThat(said.opened(Recipe.FOLDER))
            .isEqualTo(
                new Opened(
                        drawn.path(),
                        drawn.type().equals("block"),
                        drawn.format(),
                        drawn.slice(),
                        drawn.encrypted())
                    .words());
      }
    };
  }

  @Test
  void aMovedDiskLeavesTheRestOfTheDefinitionAsItIs() {
    for (DrawnGuest guest : MANY) {
      assertThat(Rewrite.faults(guest.xml("10.0.0.1"))).as(guest.toString()).isEmpty();
    }
  }

  @Test
  void aShellGetsEachWordAsItIs() {
    assertThat(Recipe.quoted("it's $HOME")).isEqualTo("'it'\\''s $HOME'");
  }
}
