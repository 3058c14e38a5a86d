package dev.virtferry.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionsTest {

  @ParameterizedTest
  @CsvSource({
    "/dev/sdb1, /dev/sdb",
    "/dev/sdb12, /dev/sdb",
    "/dev/./sdb1, /dev//sdb",
    "/dev/sdaa3, /dev/sdaa",
    "/dev/vdb1, /dev/vdb",
    "/dev/xvda1, /dev/xvda",
    "/dev/nvme0n1p2, /dev/nvme0n1",
    "/dev/mmcblk0p1, /dev/mmcblk0",
    "/dev/md127p1, /dev/md127",
    "/dev/disk/by-id/ata-X_1-part1, /dev/disk/by-id/ata-X_1",
    "/dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.x:y-lun-1-part2, /dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.x:y-lun-1",
    "/dev/mapper/mpatha1, /dev/mapper/mpatha",
    "/dev/mapper/mpatha-part1, /dev/mapper/mpatha",
    "/dev/mapper/36001p1, /dev/mapper/36001",
    "/dev/zvol/tank/web-part1, /dev/zvol/tank/web",
    "/dev/md/data1, /dev/md/data",
    "/dev/md/host:data12, /dev/md/host:data",
    "/dev/md/0p1, /dev/md/0",
    "/dev/disk/by-id/md-name-data-part1, /dev/disk/by-id/md-name-data",
  })
  void knowsAPartitionByItsName(String part, String whole) {
    assertThat(Partitions.isPart(part, whole)).isTrue();
    assertThat(Partitions.isPart(whole, part)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "/dev/sdb, /dev/sdb",
    "/dev/sdb1, /dev/sda",
    "/dev/sdb12, /dev/sdb1",
    "/dev/sdba, /dev/sdb",
    "/dev/nvme0n12, /dev/nvme0n1",
    "/dev/nvme0n1, /dev/nvme0",
    "/dev/vg/web1, /dev/vg/web",
    "/dev/vg/web-part1, /dev/vg/web",
    "/dev/mapper/vg-web1, /dev/mapper/vg-web",
    "/dev/disk/by-id/X-part1/y, /dev/disk/by-id/X",
    "/dev/dm-1, /dev/dm",
    "/dev/md/01, /dev/md/0",
    "/dev/md/datap1, /dev/md/data",
    "/dev/md/database, /dev/md/data",
    "/srv/sdb1, /srv/sdb",
    "/srv/disk0p1, /srv/disk0",
    "nbd:vol, nbd",
    "/dev1, /dev",
    "/, /dev",
  })
  void takesNothingElseForAPartition(String part, String whole) {
    assertThat(Partitions.isPart(part, whole)).isFalse();
  }

  @Test
  void aNameOfADeviceMeetsThoseOfItsPartitionsOnTheSameHost() {
    var whole = new ImageName("kvm-b", "/dev/sdb");
    var part = new ImageName("kvm-b", "/dev/sdb1");
    assertThat(ImageName.meet(Set.of(whole), Set.of(part))).isTrue();
    assertThat(ImageName.meet(Set.of(part), Set.of(whole))).isTrue();
    assertThat(ImageName.meet(Set.of(part), Set.of(new ImageName("kvm-b", "/dev/sdb2")))).isFalse();
    assertThat(ImageName.meet(Set.of(part), Set.of(new ImageName("kvm-c", "/dev/sdb")))).isFalse();
    assertThat(ImageName.meet(Set.of(part), Set.of(part))).isTrue();
  }
}
