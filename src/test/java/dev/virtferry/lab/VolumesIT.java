package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The images at the destination: made when they are missing, deleted when they are worthless. */
@LabTest
@Order(2)
class VolumesIT {

  private static final String BOTH = ",\"disks\":[\"vda\",\"vdb\"]";
  private static final String SLOWLY = ",\"options\":{\"bandwidthMiBps\":2}";

  private final Lab lab;
  private final Service service;

  VolumesIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void noGuestIsLeft() {
    lab.removeGuests();
  }

  private String request(String guest, String more) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\"%s}".formatted(guest, lab.peer("kvm-b"), more);
  }

  private JsonNode image(String host, String path) {
    return new JsonMapper().readTree(lab.on(host, "qemu-img", "info", "-U", "--output=json", path));
  }

  private String states(JsonNode migration) {
    return String.join(
        " ",
        migration
            .get("cleanup")
            .valueStream()
            .map(made -> made.get("target").asString() + " " + made.get("state").asString())
            .toList());
  }

  @Test
  void missingImagesAreMadeThinWithTheSameSizeAndFormat() {
    lab.guest("start", "web", "--disk", "vda=64M", "--disk", "vdb=40M,format=qcow2");
    long rawAtSource = image("kvm-a", "/srv/web-vda.raw").get("actual-size").asLong();
    JsonNode ended = service.awaitSuccess(service.migrate(request("web", BOTH)));
    assertThat(states(ended)).isEqualTo("vda KEPT vdb KEPT");
    JsonNode raw = image("kvm-b", "/srv/web-vda.raw");
    JsonNode qcow2 = image("kvm-b", "/srv/web-vdb.qcow2");
    assertThat(raw.get("format").asString()).isEqualTo("raw");
    assertThat(raw.get("virtual-size").asLong()).isEqualTo(64L * 1024 * 1024);
    assertThat(raw.get("actual-size").asLong()).isLessThan(rawAtSource + 4 * 1024 * 1024);
    assertThat(qcow2.get("format").asString()).isEqualTo("qcow2");
    assertThat(qcow2.get("virtual-size").asLong()).isEqualTo(40L * 1024 * 1024);
    assertThat(qcow2.get("format-specific").get("data").get("compat").asString()).isEqualTo("1.1");
    assertThat(lab.guest("digest", "web", "vda", "kvm-b"))
        .isEqualTo(lab.guest("digest", "web", "vda", "kvm-a"));
    assertThat(lab.guest("digest", "web", "vdb", "kvm-b"))
        .isEqualTo(lab.guest("digest", "web", "vdb", "kvm-a"));
  }

  @Test
  void aPathWithSpacesAndForeignLettersIsJustAPath() {
    lab.guest("start", "web", "--disk", "vda=16M,path=/srv/web größe 1.raw");
    JsonNode ended = service.awaitSuccess(service.migrate(request("web", ",\"disks\":[\"vda\"]")));
    assertThat(ended.get("cleanup").get(0).get("volume").asString())
        .isEqualTo("/srv/web größe 1.raw");
    assertThat(lab.succeedsOn("kvm-b", "test", "-f", "/srv/web größe 1.raw")).isTrue();
  }

  @Test
  void aCancelledMigrationDeletesWhatItMadeAndNothingElse() {
    lab.guest(
        "start", "web", "--disk", "vda=64M,full", "--disk", "vdb=64M,full", "--to", "kvm-b:vdb");
    lab.on("kvm-b", "touch", "/srv/web-vda.raw.notes");
    String inode = lab.on("kvm-b", "stat", "-c", "%i", "/srv/web-vdb.raw");
    String id = service.migrate(request("web", BOTH + SLOWLY));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    assertThat(states(service.migration(id))).isEqualTo("vda MADE");
    service.post("/v1/migrations/" + id + "/cancel", "");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("CANCELLED");
    assertThat(states(ended)).isEqualTo("vda DELETED");
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/web-vda.raw")).isFalse();
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/web-vda.raw.notes")).isTrue();
    assertThat(lab.on("kvm-b", "stat", "-c", "%i", "/srv/web-vdb.raw")).isEqualTo(inode);
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
    lab.on("kvm-b", "rm", "/srv/web-vda.raw.notes");
  }

  @Test
  void whatAKilledServiceMadeIsDeletedByTheNextOne() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    String id = service.migrate(request("web", ",\"disks\":[\"vda\"]" + SLOWLY));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.kill();
    service.start();
    service.post("/v1/migrations/" + id + "/cancel", "");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("CANCELLED");
    assertThat(states(ended)).isEqualTo("vda DELETED");
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/web-vda.raw")).isFalse();
  }

  @Test
  void aPoolInWhichSomebodyMakesAVolumeIsWaitedFor() {
    lab.guest("start", "web", "--disk", "vda=16M");
    lab.on("kvm-b", "sh", "-c", "head -c 200M /dev/urandom > /srv/original.raw");
    lab.on(
        "kvm-b",
        "sh",
        "-c",
        """
        virsh pool-refresh images && (virsh vol-clone original.raw clone.raw images &)
        until [ -e /srv/clone.raw ]; do :; done
        ! virsh pool-refresh images\
        """);
    Service.Answer plan =
        service.post("/v1/migration-plans", request("web", ",\"disks\":[\"vda\"]"));
    assertThat(plan.status()).as(plan.body().toString()).isEqualTo(200);
    lab.on("kvm-b", "rm", "/srv/original.raw", "/srv/clone.raw");
  }

  @LongForm(shortCase = "VolumesIT.aPoolWithoutRoomIsRefusedBeforeAnythingStarts")
  @Test
  void anImageThatDoesNotFitIsRefusedBeforeAnythingStarts() {
    lab.guest("start", "web", "--to", "kvm-b");
    lab.on("kvm-b", "truncate", "-s", "32M", "/srv/web-vdb.raw");
    refused(BOTH, "#/disks/1", "32");
    lab.on("kvm-b", "rm", "/srv/web-vdb.raw");
    lab.on("kvm-b", "qemu-img", "create", "-q", "-f", "qcow2", "/srv/web-vdb.raw", "64M");
    refused(BOTH, "#/disks/1", "qcow2");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  @Test
  void aPoolWithoutRoomIsRefusedBeforeAnythingStarts() {
    smallPool("8m");
    try {
      lab.guest("start", "web", "--disk", "vda=32M,full,path=/srv/small/web-vda.raw");
      refused(",\"disks\":[\"vda\"]", "#/disks", "small");
    } finally {
      noSmallPool();
    }
  }

  /** What an image keeps compressed only its own tables know. */
  @Test
  void theMostThatIsCopiedIsToldBesideTheLeast() {
    smallPool("40m");
    try {
      lab.on("kvm-a", "mkdir", "-p", "/srv/small");
      lab.guest("start", "web", "--disk", "vda=16M");
      shell(
          "kvm-a",
          "cd /srv/small; yes | head -c 20M >plain; qemu-img convert -c -O qcow2 plain z.qcow2;"
              + " qemu-img resize -q z.qcow2 64M; rm plain;"
              + " virsh -q attach-disk web $PWD/z.qcow2 vdb --live --subdriver qcow2");
      JsonNode plan = service.post("/v1/migration-plans", request("web", BOTH)).body();
      JsonNode disk = plan.get("disks").get(1);
      assertThat(plan.get("possible").asBoolean()).as(plan.toString()).isTrue();
      assertThat(disk.get("bytesToCopy").asLong()).isLessThan(2L << 20);
      assertThat(disk.get("bytesToCopyAtMost").asLong()).isEqualTo(64L << 20);
      assertThat(plan.get("checks").toString())
          .contains("\"outcome\":\"UNKNOWN\",\"detail\":\"The disks may need up to 67108864 bytes");
      JsonNode ended = service.awaitSuccess(service.migrate(request("web", BOTH)));
      assertThat(ended.get("bytesToCopyAtMost").asLong()).isEqualTo(80L << 20);
      assertThat(image("kvm-b", "/srv/small/z.qcow2").get("actual-size").asLong())
          .isGreaterThan(20L << 20);
    } finally {
      noSmallPool();
      lab.on("kvm-a", "rm", "-r", "/srv/small");
    }
  }

  private String shell(String host, String command) {
    return lab.on(host, "sh", "-euc", command);
  }

  @Test
  void aRawFileWhoseLastSectorIsNotWholeComesBack() {
    lab.guest("start", "web", "--disk", "vda=16M");
    shell(
        "kvm-a",
        "head -c 8388708 /dev/urandom >/srv/odd.raw; virsh -q attach-disk web /srv/odd.raw vdb"
            + " --live");
    String before = shell("kvm-a", "head -c 8388708 /srv/odd.raw | sha256sum");
    service.awaitSuccess(service.migrate(request("web", BOTH)));
    String back = request("web", BOTH).replace(lab.peer("kvm-b"), lab.peer("kvm-a"));
    assertThat(images(back)).isEqualTo("OWN OWN");
    service.awaitSuccess(service.migrate(back));
    assertThat(shell("kvm-a", "head -c 8388708 /srv/odd.raw | sha256sum")).isEqualTo(before);
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
    shell("kvm-a", "rm /srv/odd.raw");
    shell("kvm-b", "rm /srv/odd.raw");
  }

  private static final String SECRET = "6c1a8b30-8f11-4c3a-9a53-0d6c9f6f0a01";

  /** An image that QEMU encrypts. */
  private void encrypted(String host, String format) {
    String luks =
        format.equals("qcow2") ? "-f qcow2 -o encrypt.format=luks,encrypt." : "-f luks -o ";
    String more = format.equals("qcow2") ? "encrypt." : "";
    shell(
        host,
        ("mkdir -p /srv/enc; "
                + Lab.encrypting(
                    "qemu-img create -q --object secret,id=s,data=word"
                        + " %1$skey-secret=s,%2$siter-time=10 /srv/enc/%3$s 8M")
                + " && cp /srv/enc/%3$s /srv/enc.%3$s")
            .formatted(luks, more, format));
  }

  private void secret(String host) {
    shell(
        host,
        "echo \"<secret ephemeral='yes' private='no'><uuid>%1$s</uuid></secret>\" >/srv/s.xml; virsh -q secret-define /srv/s.xml; virsh -q secret-set-value %1$s $(printf word | base64); rm /srv/s.xml"
            .formatted(SECRET));
  }

  private void attachEncrypted(String target, String format) {
    shell(
        "kvm-a",
        ("echo \"<disk type='file'><driver name='qemu' type='%1$s'/><source file='/srv/enc.%1$s'>"
                + "<encryption format='luks'><secret type='passphrase' uuid='%2$s'/></encryption>"
                + "</source><target dev='%3$s' bus='scsi'/></disk>\" >/srv/d.xml;"
                + " virsh -q attach-device web /srv/d.xml --live; rm /srv/d.xml")
            .formatted(format, SECRET, target));
  }

  private void noSecretIsLeft() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      lab.succeedsOn(host, "virsh", "secret-undefine", SECRET);
      lab.succeedsOn(host, "sh", "-c", "rm -rf /srv/enc /srv/enc.* /srv/web-vdb.qcow2");
    }
  }

  @Test
  void anEncryptedDiskGoesIntoNoPlainImage() {
    lab.guest("start", "web", "--disk", "vda=16M");
    try {
      secret("kvm-a");
      secret("kvm-b");
      encrypted("kvm-a", "qcow2");
      attachEncrypted("sdb", "qcow2");
      String all = ",\"disks\":[\"vda\",\"sdb\"]" + overwriting("ANY");
      refused(all, "#/disks/1", "sdb is encrypted, and its key is not virt-ferry's to use");
      shell("kvm-b", "qemu-img create -q -f qcow2 /srv/enc.qcow2 8M");
      refused(all, "#/disks/1", "/srv/enc.qcow2 on kvm-b is not encrypted and sdb is");
    } finally {
      noSecretIsLeft();
    }
  }

  @LongForm(shortCase = "VolumesIT.anEncryptedDiskGoesIntoNoPlainImage")
  @Test
  void anEncryptedDiskGoesIntoAnEncryptedImageAlone() {
    lab.guest("start", "web", "--disk", "vda=16M", "--disk", "vdb=8M,format=qcow2");
    String all = ",\"disks\":[\"vda\",\"vdb\",\"sdb\",\"sdc\"]" + overwriting("ANY");
    try {
      for (String host : List.of("kvm-a", "kvm-b")) {
        secret(host);
        encrypted(host, "qcow2");
        encrypted(host, "raw");
      }
      attachEncrypted("sdb", "qcow2");
      attachEncrypted("sdc", "raw");
      shell(
          "kvm-b",
          "cd /srv; mv enc.qcow2 web-vdb.qcow2; rm enc.raw; truncate -s 8M enc.raw;"
              + " qemu-img create -q -f qcow2 enc.qcow2 8M");
      JsonNode plan = service.post("/v1/migration-plans", request("web", all)).body();
      assertThat(plan.get("problems").toString())
          .contains("/srv/web-vdb.qcow2 on kvm-b is encrypted and vdb is not")
          .contains("/srv/enc.qcow2 on kvm-b is not encrypted and sdb is")
          .contains("/srv/enc.raw on kvm-b is not encrypted and sdc is");
      shell("kvm-b", "cd /srv; rm web-vdb.qcow2; for f in qcow2 raw; do cp enc/$f enc.$f; done");
      service.awaitSuccess(service.migrate(request("web", all)));
    } finally {
      noSecretIsLeft();
    }
  }

  @Test
  void ownerAndModeAreThoseOfTheSource() {
    lab.guest("start", "web", "--disk", "vda=16M");
    lab.on("kvm-a", "sh", "-c", "chmod 0640 /srv/web-vda.raw; chown 33:44 /srv/web-vda.raw");
    service.awaitEnd(service.migrate(request("web", ",\"disks\":[\"vda\"]")));
    assertThat(lab.on("kvm-b", "stat", "-c", "%a %u %g", "/srv/web-vda.raw"))
        .isEqualTo("640 33 44");
  }

  @Test
  void anImageOfAnotherDomainIsNotOverwritten() {
    lab.guest("start", "other", "--on", "kvm-b", "--disk", "vda=16M,path=/srv/web-vda.raw");
    lab.guest("start", "web", "--disk", "vda=16M");
    refused(",\"disks\":[\"vda\"]", "#/disks/0", "belongs to the domain");
    lab.guest("wait-tick", "other", "kvm-b", Long.toString(lab.tick("other", "kvm-b")));
  }

  @Test
  void anImageOfDataThatNobodyNamesIsWrittenOverOnlyWhereThatIsAskedFor() {
    lab.guest("start", "web", "--disk", "vda=16M", "--disk", "vdb=16M,format=qcow2");
    lab.on("kvm-b", "qemu-img", "create", "-q", "-f", "raw", "/srv/web-vda.raw", "16M");
    lab.on("kvm-b", "qemu-img", "create", "-q", "-f", "qcow2", "/srv/web-vdb.qcow2", "16M");
    assertThat(images(request("web", BOTH))).isEqualTo("EMPTY EMPTY");
    refused(BOTH + overwriting("NEVER"), "#/disks/0", "NEVER");
    // One block of data, and not the first: as much is allocated as of an empty one.
    lab.on(
        "kvm-b",
        "sh",
        "-c",
        """
        rm /srv/web-vda.raw && truncate -s 16M /srv/web-vda.raw
        printf data | dd of=/srv/web-vda.raw bs=1M seek=12 conv=notrunc status=none\
        """);
    lab.on("kvm-b", "qemu-io", "-c", "write -P 7 8M 4k", "/srv/web-vdb.qcow2");
    String before = lab.on("kvm-b", "sha256sum", "/srv/web-vda.raw", "/srv/web-vdb.qcow2");
    assertThat(images(request("web", BOTH))).isEqualTo("FOREIGN FOREIGN");
    refused(BOTH, "#/disks/0", "holds data");
    assertThat(lab.on("kvm-b", "sha256sum", "/srv/web-vda.raw", "/srv/web-vdb.qcow2"))
        .isEqualTo(before);
    service.awaitSuccess(service.migrate(request("web", BOTH + overwriting("ANY"))));
    assertThat(lab.guest("digest", "web", "vdb", "kvm-b"))
        .isEqualTo(lab.guest("digest", "web", "vdb", "kvm-a"));
  }

  @Test
  void whatTheDomainLeftIsWrittenOverWhenItComesBackUnlessSomebodyWroteThere() {
    lab.guest("start", "web", "--disk", "vda=16M", "--disk", "vdb=16M,format=qcow2");
    service.awaitSuccess(service.migrate(request("web", BOTH)));
    String back = request("web", BOTH).replace(lab.peer("kvm-b"), lab.peer("kvm-a"));
    assertThat(images(back)).isEqualTo("OWN OWN");
    service.awaitSuccess(service.migrate(back));
    assertThat(images(request("web", BOTH))).isEqualTo("OWN OWN");
    lab.on("kvm-b", "touch", "/srv/web-vdb.qcow2");
    assertThat(images(request("web", BOTH))).isEqualTo("OWN FOREIGN");
    refused(BOTH, "#/disks/1", "holds data");
  }

  @Test
  void aCopyThatCameToNothingLeavesAnImageOfTheDomainsOwn() {
    lab.guest("start", "web", "--disk", "vda=64M,full", "--to", "kvm-b:vda");
    String id = service.migrate(request("web", ",\"disks\":[\"vda\"]" + SLOWLY));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.post("/v1/migrations/" + id + "/cancel", "");
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");
    String again = request("web", ",\"disks\":[\"vda\"]");
    assertThat(images(again)).isEqualTo("OWN");
    service.awaitSuccess(service.migrate(again));
  }

  private static String overwriting(String what) {
    return ",\"options\":{\"overwrite\":\"%s\"}".formatted(what);
  }

  private String images(String request) {
    Service.Answer plan = service.post("/v1/migration-plans", request);
    assertThat(plan.status()).as(plan.body().toString()).isEqualTo(200);
    return String.join(
        " ",
        plan.body()
            .get("disks")
            .valueStream()
            .map(disk -> disk.get("destinationImage").asString())
            .toList());
  }

  @Test
  void aDestinationThatFillsUpWhileCopyingEndsTheMigrationAndNothingElse() {
    smallPool("48m");
    try {
      lab.guest("start", "web", "--disk", "vda=32M,full,path=/srv/small/web-vda.raw");
      String id = service.migrate(request("web", ",\"disks\":[\"vda\"]" + SLOWLY));
      service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
      lab.succeedsOn("kvm-b", "dd", "if=/dev/zero", "of=/srv/small/filler", "bs=1M");
      JsonNode ended = service.awaitEnd(id);
      assertThat(ended.get("state").asString()).isEqualTo("FAILED");
      assertThat(ended.get("error").get("detail").asString()).contains("No space left on device");
      assertThat(ended.at("/disks/0/bytesDone").asLong())
          .isLessThan(ended.at("/disks/0/bytesTotal").asLong());
      assertThat(states(ended)).isEqualTo("vda DELETED");
      assertThat(lab.on("kvm-b", "ls", "/srv/small")).isEqualTo("filler");
      assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
      lab.guest("wait-tick", "web", "kvm-a", Long.toString(lab.tick("web", "kvm-a")));
    } finally {
      noSmallPool();
    }
  }

  @Test
  void anImageThatVanishesWhileItIsCopiedIntoEndsTheMigration() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    String id = service.migrate(request("web", ",\"disks\":[\"vda\"]" + SLOWLY));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    lab.on("kvm-b", "rm", "/srv/web-vda.raw");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("error").get("type").asString()).endsWith(":destination-storage");
    assertThat(ended.get("error").get("detail").asString()).contains("/srv/web-vda.raw vanished");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
    lab.guest("wait-tick", "web", "kvm-a", Long.toString(lab.tick("web", "kvm-a")));
  }

  /** A pool takes what stands at the begin of a raw disk for a header, and tells what it says. */
  @Test
  void whatAGuestWritesIntoItsDiskConcernsNobodyElse() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      lab.on(
          host,
          "perl",
          "-e",
          """
          sub image {
            my ($name, $bits, $bytes, $backing) = @_;
            open(my $image, ">:raw", "/srv/$name");
            print $image pack("a4NQ>NNQ>NNQ>Q>NNQ>Q>Q>Q>NN", "QFI\\xfb", 3, 112, length($backing), $bits,
              $bytes, 0, 1, 0x30000, 0x10000, 1, 0, 0, 0, 0, 0, 4, 104), "\\0" x 8, $backing;
            truncate($image, 1 << 24);
          }
          image("strange-1.raw", 16, 10 << 60, "");
          image("strange-2.raw", 16, 1 << 24, "\\xef\\xbf\\xbe");
          image("strange-3.raw", 16, 1 << 24, "nbd://u:p@\\x1b[31m/x\\x02");
          image("strange-4.raw", 63, 1 << 24, "");
          """);
    }
    lab.guest("start", "web", "--disk", "vda=8M", "--disk", "vdb=8M", "--to", "kvm-b:vdb");
    String id =
        service.migrate(request("web", BOTH + ",\"options\":{\"sourceVolumes\":\"DELETE\"}"));
    JsonNode ended = service.awaitEnd(id);
    lab.on("kvm-a", "sh", "-c", "rm /srv/strange-*");
    lab.on("kvm-b", "sh", "-c", "rm /srv/strange-*");
    assertThat(ended.get("state").asString()).isEqualTo("SUCCEEDED");
    assertThat(states(ended)).isEqualTo("vda KEPT vda DELETED vdb LEFT");
  }

  /** Its QEMU goes on with the file that it has open, whatever has its name. */
  @Test
  void aFileThatTookThePlaceOfAnOriginalIsNotDeletedInItsStead() {
    lab.guest("start", "web", "--disk", "vda=24M,format=qcow2,full", "--disk", "vdb=24M,full");
    String id =
        service.migrate(
            request(
                "web", BOTH + ",\"options\":{\"bandwidthMiBps\":6,\"sourceVolumes\":\"DELETE\"}"));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    lab.on(
        "kvm-a",
        "sh",
        "-euc",
        """
        cd /srv
        mv web-vda.qcow2 moved.qcow2
        qemu-img create -q -f qcow2 web-vda.qcow2 24M
        chmod --reference=moved.qcow2 web-vda.qcow2
        qemu-io -c 'write -q -P 7 0 2M' web-vda.qcow2
        """);
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("SUCCEEDED");
    List<String> atSource =
        ended
            .get("cleanup")
            .valueStream()
            .filter(volume -> volume.get("host").asString().equals("kvm-a"))
            .map(volume -> volume.get("target").asString() + " " + volume.get("state").asString())
            .toList();
    assertThat(atSource).containsExactly("vda LEFT", "vdb DELETED");
    assertThat(lab.on("kvm-a", "sh", "-c", "cd /srv; ls *vda* moved* *vdb* 2>/dev/null || true"))
        .isEqualTo("moved.qcow2\nweb-vda.qcow2");
    lab.on("kvm-a", "rm", "/srv/moved.qcow2");
  }

  /** In post-copy the guest leaves its images long before all of it has arrived. */
  @Test
  void norIsOneThatTookItsPlaceAfterTheGuestHadLeft() {
    lab.guest("start", "web", "--disk", "vda=8M,full", "--disk", "vdb=8M,full");
    String id =
        service.migrate(
            request(
                "web",
                BOTH
                    + ",\"options\":{\"bandwidthMiBps\":8,\"postCopy\":true,"
                    + "\"bandwidthPostCopyMiBps\":3,\"sourceVolumes\":\"DELETE\"}"));
    service.awaitPhase(id, "MEMORY");
    service.post("/v1/migrations/" + id + "/complete", "{\"by\":\"POST_COPY\"}");
    service.awaitPhase(id, "POST_COPY");
    lab.on(
        "kvm-a",
        "sh",
        "-euc",
        """
        cd /srv
        truncate -s 8M backup
        printf backup | dd of=backup conv=notrunc status=none
        chmod --reference=web-vda.raw backup
        mv backup web-vda.raw
        """);
    JsonNode ended = service.awaitSuccess(id);
    assertThat(
            ended
                .get("cleanup")
                .valueStream()
                .filter(volume -> volume.get("host").asString().equals("kvm-a"))
                .map(volume -> volume.get("target").asString() + volume.get("state").asString()))
        .containsExactly("vdaLEFT", "vdbDELETED");
    assertThat(lab.on("kvm-a", "head", "-c", "6", "/srv/web-vda.raw")).isEqualTo("backup");
  }

  @LongForm(shortCase = "VolumesIT.anImageThatVanishesWhileItIsCopiedIntoEndsTheMigration")
  @Test
  void aPoolThatIsStoppedMeanwhileLeavesTheVolumeAndSaysSo() {
    smallPool("48m");
    try {
      lab.guest("start", "web", "--disk", "vda=32M,full,path=/srv/small/web-vda.raw");
      String id = service.migrate(request("web", ",\"disks\":[\"vda\"]" + SLOWLY));
      service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
      lab.on("kvm-b", "virsh", "pool-destroy", "small");
      service.post("/v1/migrations/" + id + "/cancel", "");
      JsonNode ended = service.awaitEnd(id);
      assertThat(ended.get("state").asString()).isEqualTo("CANCELLED");
      assertThat(states(ended)).isEqualTo("vda LEFT");
      assertThat(ended.get("cleanup").get(0).get("reason").asString()).contains("pool");
      assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/small/web-vda.raw")).isTrue();
    } finally {
      noSmallPool();
    }
  }

  private void smallPool(String size) {
    lab.on("kvm-b", "mkdir", "-p", "/srv/small");
    lab.on("kvm-b", "mount", "-t", "tmpfs", "-o", "size=" + size, "small", "/srv/small");
    lab.on("kvm-b", "virsh", "pool-create-as", "small", "dir", "--target", "/srv/small");
  }

  private void noSmallPool() {
    lab.guest("remove", "web");
    lab.succeedsOn("kvm-b", "virsh", "pool-destroy", "small");
    lab.on("kvm-b", "umount", "/srv/small");
  }

  private void refused(String more, String pointer, String word) {
    Service.Answer answer = service.post("/v1/migrations", request("web", more));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(422);
    assertThat(answer.problem()).isEqualTo("destination-storage");
    assertThat(answer.body().get("errors").get(0).get("pointer").asString()).isEqualTo(pointer);
    assertThat(answer.text("detail")).contains(word);
  }
}
