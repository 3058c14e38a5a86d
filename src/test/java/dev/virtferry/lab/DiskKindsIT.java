package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every kind of disk that a domain can have, on real hosts whose destination is empty. */
@LabTest
@Order(2)
class DiskKindsIT {

  private final Lab lab;
  private final Service service;

  DiskKindsIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void nothingIsLeft() {
    lab.removeGuests();
    for (String host : List.of("kvm-a", "kvm-b")) {
      shell(
          host,
          "for pool in $(virsh pool-list --name); do [ $pool = images ] || virsh -q pool-destroy"
              + " $pool; done; [ ! -s /srv/loops ] || xargs -r losetup -d </srv/loops;"
              + " rm -rf /srv/loops /srv/fast /srv/*.img /srv/*.qcow2 /srv/*.raw /srv/*.iso"
              + " /srv/*.xml /dev/ferry-block");
    }
  }

  private String shell(String host, String command) {
    return lab.on(host, "sh", "-euc", command);
  }

  private String request(String guest, String more) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\"%s}".formatted(guest, lab.peer("kvm-b"), more);
  }

  private JsonNode plan(String guest, String more) {
    Service.Answer answer = service.post("/v1/migration-plans", request(guest, more));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private static List<String> actions(JsonNode plan) {
    return plan.get("disks")
        .valueStream()
        .map(disk -> disk.get("target").asString() + " " + disk.get("action").asString())
        .toList();
  }

  private JsonNode succeeds(String guest, String more) {
    JsonNode ended = service.awaitSuccess(service.migrate(request(guest, more)));
    assertThat(lab.guest("where", guest)).isEqualTo("kvm-b running");
    lab.guest("wait-tick", guest, "kvm-b", Long.toString(lab.tick(guest, "kvm-a")));
    return ended;
  }

  private static List<String> copied(JsonNode migration) {
    return migration.get("disks").valueStream().map(d -> d.get("target").asString()).toList();
  }

  private void assertSameContent(String guest, String... targets) {
    for (String target : targets) {
      assertThat(lab.guest("digest", guest, target, "kvm-b"))
          .as(target)
          .isEqualTo(lab.guest("digest", guest, target, "kvm-a"));
    }
  }

  /** What a guest would see of an image and everything beneath it. */
  private String content(String host, String path) {
    return shell(
        host,
        "qemu-img convert -U -O raw '%s' /srv/seen.img; sha256sum </srv/seen.img; rm /srv/seen.img"
            .formatted(path));
  }

  private JsonNode image(String host, String path) {
    return new JsonMapper().readTree(lab.on(host, "qemu-img", "info", "-U", "--output=json", path));
  }

  /** The same name for a block device on both hosts, with a loop device of its own behind each. */
  private void blockDeviceOf(String host, String size) {
    shell(
        host,
        "truncate -s %s /srv/block.img; loop=$(losetup --find --show /srv/block.img);"
                .formatted(size)
            + " echo $loop >/srv/loops; mknod /dev/ferry-block b 7 ${loop#/dev/loop}");
  }

  @Test
  void eachKindIsCopiedSharedOrSkippedAsItShould() {
    blockDeviceOf("kvm-a", "16M");
    blockDeviceOf("kvm-b", "16M");
    lab.guest(
        "start",
        "web",
        "--to",
        "kvm-b:vdf,sdg",
        "--disk",
        "vda=16M",
        "--disk",
        "sdb=16M,format=qcow2",
        "--disk",
        "sdc=16M,bus=sata",
        "--disk",
        "vdd=16M,path=/dev/ferry-block",
        "--shared",
        "vde=16M",
        "--disk",
        "vdf=16M,readonly",
        "--cdrom",
        "sdf",
        "--cdrom",
        "sdg=4M",
        "--disk",
        "vdaa=16M,path=/srv/of größe 1 (2).raw");
    JsonNode plan = plan("web", ",\"copy\":\"FULL\"");
    assertThat(plan.get("problems").isEmpty()).as(plan.toString()).isTrue();
    assertThat(actions(plan))
        .containsExactlyInAnyOrder(
            "vda COPY",
            "sdb COPY",
            "sdc COPY",
            "vdd COPY",
            "vde SHARED",
            "vdf SKIPPED",
            "sdf SKIPPED",
            "sdg SKIPPED",
            "vdaa COPY");
    JsonNode ended = succeeds("web", ",\"copy\":\"FULL\"");
    assertThat(copied(ended)).containsExactlyInAnyOrder("vda", "sdb", "sdc", "vdd", "vdaa");
    assertSameContent("web", "vda", "sdb", "sdc", "vdd", "vdaa");
    assertThat(lab.succeedsOn("kvm-b", "test", "-b", "/dev/ferry-block")).isTrue();
    assertThat(image("kvm-b", "/srv/of größe 1 (2).raw").get("format").asString()).isEqualTo("raw");
  }

  @LongForm(shortCase = "MigrationIT.movesAGuestWithSharedDisksWithoutAnyParameter")
  @Test
  void aDomainWithoutAnyDiskMoves() {
    lab.guest("start", "web", "--diskless");
    assertThat(plan("web", "").get("disks").isEmpty()).isTrue();
    JsonNode ended = succeeds("web", "");
    assertThat(ended.get("disks").isEmpty()).isTrue();
    assertThat(ended.get("flags").toString()).doesNotContain("NON_SHARED");
  }

  @Test
  void aHotPluggedDiskIsCopiedLikeTheOthers() {
    lab.guest("start", "web", "--disk", "vda=16M");
    shell(
        "kvm-a",
        "truncate -s 8M /srv/hot.img; printf plugged | dd of=/srv/hot.img conv=notrunc status=none;"
            + " virsh -q attach-disk web /srv/hot.img vdh --live");
    Service.Answer left = service.post("/v1/migrations", request("web", ",\"disks\":[\"vda\"]"));
    assertThat(left.problem()).isEqualTo("disk-left-behind");
    succeeds("web", ",\"disks\":[\"vda\",\"vdh\"]");
    assertThat(content("kvm-b", "/srv/hot.img")).isEqualTo(content("kvm-a", "/srv/hot.img"));
  }

  /** A disk vdb of three images, each with something of its own. */
  private void chainOn(String host, boolean top) {
    shell(
        host,
        "cd /srv; qemu-img create -q -f qcow2 base.qcow2 32M;"
            + " qemu-io -c 'write -P 1 0 8M' base.qcow2 >/dev/null;"
            + " qemu-img create -q -f qcow2 -F qcow2 -b /srv/base.qcow2 mid.qcow2;"
            + " qemu-io -c 'write -P 2 4M 4M' mid.qcow2 >/dev/null;"
            + (top
                ? " qemu-img create -q -f qcow2 -F qcow2 -b /srv/mid.qcow2 top.qcow2;"
                    + " qemu-io -c 'write -P 3 6M 1M' top.qcow2 >/dev/null;"
                    + " virsh -q attach-disk web /srv/top.qcow2 vdb --live --subdriver qcow2"
                : ""));
  }

  @Test
  void aDeepChainIsCopiedInFullToOneFlatImage() {
    lab.guest("start", "web", "--disk", "vda=16M");
    chainOn("kvm-a", true);
    String more = ",\"disks\":[\"vda\",\"vdb\"]";
    JsonNode planned = plan("web", more).get("disks").get(1);
    assertThat(planned.get("backing").toString())
        .isEqualTo("[\"/srv/mid.qcow2\",\"/srv/base.qcow2\"]");
    assertThat(planned.get("volume").get("backing").isNull()).isTrue();
    assertThat(succeeds("web", more).get("parameters").toString())
        .as("libvirt carries no chain that it found by itself")
        .doesNotContain("destination_xml");
    assertThat(content("kvm-b", "/srv/top.qcow2")).isEqualTo(content("kvm-a", "/srv/top.qcow2"));
    assertThat(image("kvm-b", "/srv/top.qcow2").has("backing-filename")).isFalse();
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/base.qcow2")).isFalse();
  }

  /** A disk vdb of three images, whose definitions say so. */
  private void writtenChain() {
    chainOn("kvm-a", false);
    String beneath =
        "<backingStore type='file'><format type='qcow2'/><source file='/srv/%s.qcow2'/>";
    shell(
        "kvm-a",
        "cd /srv; qemu-img create -q -f qcow2 -F qcow2 -b /srv/mid.qcow2 top.qcow2;"
            + " qemu-io -c 'write -P 3 6M 1M' top.qcow2 >/dev/null; echo \"<disk type='file'>"
            + "<driver name='qemu' type='qcow2'/><source file='/srv/top.qcow2'/>"
            + beneath.formatted("mid")
            + beneath.formatted("base")
            + "<backingStore/></backingStore></backingStore><target dev='vdb' bus='virtio'/></disk>\""
            + " >top.xml; virsh -q attach-device web top.xml --live --config");
  }

  /**
   * One chain by a snapshot, one written by hand, and one disk with another image the next time.
   */
  @Test
  void theDefinitionsSayOfEachCopyWhatWasMade() {
    lab.guest("start", "web", "--disk", "vda=16M");
    writtenChain();
    shell(
        "kvm-a",
        "cd /srv; virsh -q snapshot-create-as web --disk-only --no-metadata --diskspec"
            + " vda,file=/srv/s.qcow2 --diskspec vdb,snapshot=no;"
            + " truncate -s 8M now.img next.img; virsh -q attach-disk web /srv/now.img sdc --live;"
            + " virsh -q attach-disk web /srv/next.img sdc --config");
    shell("kvm-b", "truncate -s 8M /srv/next.img");
    String more =
        ",\"disks\":[\"vda\",\"vdb\",\"sdc\"],"
            + "\"volumes\":{\"sdc\":{\"pool\":\"images\",\"name\":\"web-sdc.img\"}}";
    assertThat(plan("web", more).get("virsh").asString())
        .contains("--xml web.xml --persistent-xml web-persistent.xml");
    succeeds("web", more);
    assertThat(content("kvm-b", "/srv/top.qcow2")).isEqualTo(content("kvm-a", "/srv/top.qcow2"));
    areFlat("kvm-b", "/srv/s.qcow2", "/srv/top.qcow2");
    assertThat(shell("kvm-b", "virsh dumpxml web"))
        .contains("'/srv/s.qcow2'", "'/srv/top.qcow2'", "'/srv/web-sdc.img'")
        .doesNotContain("<backingStore type");
    assertThat(shell("kvm-b", "virsh dumpxml --inactive web"))
        .contains("'/srv/s.qcow2'", "'/srv/top.qcow2'", "'/srv/next.img'")
        .doesNotContain("<backingStore type", "web-sdc.img");
    comesBackToImagesOfItsOwn();
    shell("kvm-a", "rm /srv/web-vda.raw /srv/base.qcow2 /srv/mid.qcow2");
    shell("kvm-a", "virsh -q destroy web; virsh -q start web");
    lab.guest("wait-tick", "web", "kvm-a", Long.toString(lab.tick("web", "kvm-a")));
  }

  private void areFlat(String host, String... images) {
    for (String image : images) {
      assertThat(image(host, image).has("backing-filename")).as(image).isFalse();
    }
  }

  /**
   * The overlays that it left there once are replaced, as copies into them would need their bases.
   */
  private void comesBackToImagesOfItsOwn() {
    String back =
        request("web", ",\"disks\":[\"vda\",\"vdb\",\"sdc\"]")
            .replace(lab.peer("kvm-b"), lab.peer("kvm-a"));
    JsonNode planned = service.post("/v1/migration-plans", back).body().get("disks");
    assertThat(planned.valueStream().map(disk -> disk.get("destinationImage").asString()))
        .as(planned.toString())
        .containsExactly("OWN", "OWN", "ABSENT");
    assertThat(planned.valueStream().map(disk -> disk.get("volume").get("action").asString()))
        .containsExactly("CREATE", "CREATE", "CREATE");
    service.awaitSuccess(service.migrate(back));
    assertThat(content("kvm-a", "/srv/top.qcow2")).isEqualTo(content("kvm-b", "/srv/top.qcow2"));
    areFlat("kvm-a", "/srv/s.qcow2", "/srv/top.qcow2");
  }

  @Test
  void aChainThatTheDefinitionsNameTravelsWithTheOverlayThatIsPutOnIt() {
    lab.guest("start", "web", "--disk", "vda=16M");
    writtenChain();
    chainOn("kvm-b", false);
    succeeds("web", ",\"disks\":[\"vda\",\"vdb\"],\"copy\":\"INCREMENTAL\"");
    assertThat(content("kvm-b", "/srv/top.qcow2")).isEqualTo(content("kvm-a", "/srv/top.qcow2"));
    assertThat(shell("kvm-b", "virsh dumpxml --inactive web")).contains("'/srv/base.qcow2'");
    shell("kvm-b", "virsh -q destroy web; virsh -q start web; virsh -q destroy web");
  }

  @Test
  void onlyAnOverlaysOwnClustersTravelOntoTheSameBackingImage() {
    lab.guest("start", "web", "--disk", "vda=16M");
    chainOn("kvm-a", true);
    chainOn("kvm-b", false);
    String more = ",\"disks\":[\"vda\",\"vdb\"],\"copy\":\"INCREMENTAL\"";
    JsonNode planned = plan("web", more).get("disks").get(1);
    assertThat(planned.get("volume").get("backing").asString()).isEqualTo("/srv/mid.qcow2");
    assertThat(planned.get("bytesToCopy").asLong()).isLessThan(2L * 1024 * 1024);
    JsonNode ended = succeeds("web", more);
    assertThat(ended.get("flags").toString()).contains("NON_SHARED_INC");
    assertThat(content("kvm-b", "/srv/top.qcow2")).isEqualTo(content("kvm-a", "/srv/top.qcow2"));
    assertThat(image("kvm-b", "/srv/top.qcow2").get("full-backing-filename").asString())
        .isEqualTo("/srv/mid.qcow2");
    assertThat(image("kvm-b", "/srv/top.qcow2").get("actual-size").asLong())
        .isLessThan(image("kvm-a", "/srv/top.qcow2").get("actual-size").asLong() + 512 * 1024);
  }

  @Test
  void anOverlayIsNotPutOnABackingImageThatIsMissingOrAnother() {
    lab.guest("start", "web", "--disk", "vda=16M");
    chainOn("kvm-a", true);
    String more = ",\"disks\":[\"vda\",\"vdb\"],\"copy\":\"INCREMENTAL\"";
    Service.Answer missing = service.post("/v1/migrations", request("web", more));
    assertThat(missing.problem()).isEqualTo("destination-storage");
    assertThat(missing.text("detail"))
        .contains("/srv/mid.qcow2", "no pool of kvm-b has it. Copy it");
    chainOn("kvm-b", false);
    shell("kvm-b", "qemu-io -c 'write -P 9 16M 4M' /srv/mid.qcow2 >/dev/null");
    Service.Answer differs = service.post("/v1/migrations", request("web", more));
    assertThat(differs.problem()).isEqualTo("destination-storage");
    assertThat(differs.text("detail"))
        .contains("bytes allocated", "Let options.verifyBacking be CONTENT");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  @Test
  void theLayoutOfQcow2IsThatOfTheSource() {
    lab.guest("start", "web", "--disk", "vda=16M");
    shell(
        "kvm-a",
        "cd /srv; qemu-img create -q -f qcow2 -o compat=0.10,cluster_size=128k old.qcow2 8M;"
            + " qemu-img create -q -f qcow2 -o lazy_refcounts=on,extended_l2=on new.qcow2 8M;"
            + " virsh -q attach-disk web /srv/old.qcow2 sdb --live --subdriver qcow2;"
            + " virsh -q attach-disk web /srv/new.qcow2 sdc --live --subdriver qcow2");
    succeeds("web", ",\"disks\":[\"vda\",\"sdb\",\"sdc\"]");
    for (String path : List.of("/srv/old.qcow2", "/srv/new.qcow2")) {
      JsonNode here = image("kvm-a", path);
      JsonNode there = image("kvm-b", path);
      assertThat(there.get("cluster-size")).isEqualTo(here.get("cluster-size"));
      assertThat(there.get("format-specific").get("data"))
          .isEqualTo(here.get("format-specific").get("data"));
    }
  }

  /** Raw beneath compressed qcow2 beneath the overlay, allocated differently on both hosts. */
  private void sameContentLaidOutDifferently() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      shell(
          host,
          "cd /srv; truncate -s 32M base.img; qemu-io -f raw -c 'write -P 1 0 8M' base.img"
              + " >/dev/null; qemu-img create -q -f qcow2 -F raw -b /srv/base.img mid.qcow2;"
              + " qemu-io -c 'write -P 2 4M 4M' mid.qcow2 >/dev/null");
    }
    shell(
        "kvm-b",
        "cd /srv; qemu-img convert -c -O qcow2 -F raw -B /srv/base.img mid.qcow2 new.qcow2;"
            + " mv new.qcow2 mid.qcow2");
    shell(
        "kvm-a",
        "cd /srv; qemu-img create -q -f qcow2 -F qcow2 -b /srv/mid.qcow2 top.qcow2;"
            + " qemu-io -c 'write -P 3 6M 1M' top.qcow2 >/dev/null;"
            + " virsh -q attach-disk web /srv/top.qcow2 vdb --live --subdriver qcow2");
  }

  @Test
  void backingImagesOfTheSameContentAreFoundEqualByReadingThem() {
    lab.guest("start", "web", "--disk", "vda=16M");
    sameContentLaidOutDifferently();
    String more = ",\"disks\":[\"vda\",\"vdb\"],\"copy\":\"INCREMENTAL\"";
    assertThat(service.post("/v1/migrations", request("web", more)).problem())
        .as("by SIZE they differ")
        .isEqualTo("destination-storage");
    JsonNode ended = succeeds("web", more + ",\"options\":{\"verifyBacking\":\"CONTENT\"}");
    assertThat(ended.get("progress").get("verification").toString())
        .isEqualTo("{\"bytesTotal\":33554432,\"bytesDone\":33554432}");
    assertThat(content("kvm-b", "/srv/top.qcow2")).isEqualTo(content("kvm-a", "/srv/top.qcow2"));
  }

  @Test
  void aComparisonThatIsCancelledTellsHowFarItCame() {
    lab.guest("start", "web", "--disk", "vda=16M");
    for (String host : List.of("kvm-a", "kvm-b")) {
      shell(host, "truncate -s 4G /srv/base.img");
    }
    shell(
        "kvm-a",
        "cd /srv; qemu-img create -q -f qcow2 -F raw -b /srv/base.img top.qcow2;"
            + " virsh -q attach-disk web /srv/top.qcow2 vdb --live --subdriver qcow2");
    String id =
        service.migrate(
            request(
                "web",
                ",\"disks\":[\"vda\",\"vdb\"],\"copy\":\"INCREMENTAL\","
                    + "\"options\":{\"verifyBacking\":\"CONTENT\"}"));
    long before = compared(service.awaitThat(id, m -> compared(m) > 0));
    service.post("/v1/migrations/" + id + "/cancel", "");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("CANCELLED");
    assertThat(compared(ended)).isBetween(before, 4L * 1024 * 1024 * 1024 - 1);
  }

  private static long compared(JsonNode migration) {
    return migration.get("progress").at("/verification/bytesDone").asLong();
  }

  @LongForm(shortCase = "DiskKindsIT.backingImagesOfTheSameContentAreFoundEqualByReadingThem")
  @Test
  void aBackingImageOfAnotherContentIsFoundByReadingIt() {
    lab.guest("start", "web", "--disk", "vda=16M");
    sameContentLaidOutDifferently();
    shell("kvm-b", "qemu-io -c 'write -P 9 5M 1' /srv/mid.qcow2 >/dev/null");
    JsonNode ended =
        service.awaitEnd(
            service.migrate(
                request(
                    "web",
                    ",\"disks\":[\"vda\",\"vdb\"],\"copy\":\"INCREMENTAL\","
                        + "\"options\":{\"verifyBacking\":\"CONTENT\"}")));
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("startedAt").isNull()).as("libvirt was never called").isTrue();
    assertThat(ended.get("error").get("detail").asString()).contains("at byte 5242880");
    assertThat(ended.get("cleanup").isEmpty()).isTrue();
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  @LongForm(shortCase = "RefusalIT.aMediumMissingAtTheDestinationIsSeenBeforeWhereAPoolLetsUsLook")
  @ParameterizedTest
  @CsvSource({"optional, true", "requisite, true", "mandatory, false"})
  void aMediumThatIsMissingAtTheDestinationFollowsItsStartupPolicy(String policy, boolean moves) {
    lab.guest("start", "web", "--disk", "vda=16M", "--cdrom", "sda");
    shell(
        "kvm-a",
        ("truncate -s 4M /srv/cd.iso; printf \"<disk type='file' device='cdrom'>"
                + "<source file='/srv/cd.iso' startupPolicy='%s'/>"
                + "<target dev='sda' bus='sata'/><readonly/></disk>\" >/srv/cd.xml;"
                + " virsh -q update-device web /srv/cd.xml --live")
            .formatted(policy));
    if (moves) {
      succeeds("web", ",\"disks\":[\"vda\"]");
      assertThat(shell("kvm-b", "virsh domblklist web")).doesNotContain("cd.iso");
    } else {
      Service.Answer refused =
          service.post("/v1/migrations", request("web", ",\"disks\":[\"vda\"]"));
      assertThat(refused.problem()).isEqualTo("destination-storage");
      assertThat(refused.text("detail")).contains("sda (/srv/cd.iso)");
    }
  }

  @LongForm(shortCase = "DiskKindsIT.eachKindIsCopiedSharedOrSkippedAsItShould")
  @Test
  void aShareableDiskIsNeitherCopiedNorForgotten() {
    lab.guest("start", "web", "--disk", "vda=16M", "--disk", "vdb=16M,shareable");
    JsonNode plan = plan("web", ",\"disks\":[\"vda\"]");
    assertThat(actions(plan)).containsExactly("vda COPY", "vdb BLOCKED");
    assertThat(plan.get("disks").get(1).get("reason").asString()).contains("shareable");
    assertThat(service.post("/v1/migrations", request("web", ",\"disks\":[\"vda\"]")).problem())
        .isEqualTo("disk-left-behind");
  }

  @Test
  void aDiskGoesToAnotherPoolAndNameInBothDefinitions() {
    shell(
        "kvm-b",
        "truncate -s 128M /srv/fs.img; mkfs.ext4 -q /srv/fs.img;"
            + " loop=$(losetup --find --show /srv/fs.img); echo $loop >/srv/loops;"
            + " mkdir /srv/fast; virsh -q pool-create-as fast fs --source-dev $loop"
            + " --target /srv/fast");
    lab.guest("start", "web", "--disk", "vda=32M,format=qcow2", "--disk", "vdb=16M");
    String before = shell("kvm-a", "virsh dumpxml --inactive web");
    JsonNode ended =
        succeeds(
            "web",
            ",\"disks\":[\"vda\",\"vdb\"],"
                + "\"volumes\":{\"vda\":{\"pool\":\"fast\",\"name\":\"the root.qcow2\"}}");
    assertThat(ended.get("cleanup").get(0).get("volume").asString())
        .isEqualTo("/srv/fast/the root.qcow2");
    assertThat(content("kvm-b", "/srv/web-vdb.raw").length()).isPositive();
    String after = shell("kvm-b", "virsh dumpxml --inactive web");
    assertThat(after)
        .isEqualTo(before.replace("'/srv/web-vda.qcow2'", "'/srv/fast/the root.qcow2'"));
    assertThat(shell("kvm-b", "virsh domblklist web")).contains("/srv/fast/the root.qcow2");
    shell("kvm-b", "virsh -q destroy web; virsh -q start web");
    long tick = lab.tick("web", "kvm-b");
    lab.guest("wait-tick", "web", "kvm-b", Long.toString(tick));
    shell("kvm-b", "virsh -q destroy web");
  }

  @Test
  void theSourcesImagesAreDeletedOnceTheDestinationRuns() {
    lab.guest("start", "web", "--disk", "vda=16M", "--disk", "vdb=16M", "--to", "kvm-b:vdb");
    JsonNode ended =
        succeeds(
            "web",
            ",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"sourceVolumes\":\"DELETE\","
                + "\"synchronousWrites\":true}");
    assertThat(ended.get("flags").toString()).contains("NON_SHARED_SYNCHRONOUS_WRITES");
    assertThat(lab.succeedsOn("kvm-a", "test", "-e", "/srv/web-vda.raw")).isFalse();
    assertThat(lab.succeedsOn("kvm-a", "test", "-e", "/srv/web-vdb.raw"))
        .as("the image at the destination was there before, so it may be the same storage")
        .isTrue();
    assertThat(ended.get("cleanup").valueStream().map(DiskKindsIT::fate))
        .containsExactly("kvm-b vda KEPT", "kvm-a vda DELETED", "kvm-a vdb LEFT");
  }

  private static String fate(JsonNode volume) {
    return "%s %s %s"
        .formatted(
            volume.get("host").asString(),
            volume.get("target").asString(),
            volume.get("state").asString());
  }

  @Test
  void theCommandOfThePlanDoesTheSame() {
    lab.guest("start", "web", "--disk", "vda=16M", "--disk", "vdb=16M", "--shared", "vdc=16M");
    JsonNode plan = plan("web", ",\"disks\":[\"vdb\",\"vda\"]");
    shell("kvm-a", plan.get("virsh").asString());
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
    lab.guest("wait-tick", "web", "kvm-b", Long.toString(lab.tick("web", "kvm-a")));
    assertSameContent("web", "vda", "vdb");
  }

  @LongForm(shortCase = "OptionsIT.libvirtTakesEachOptionAsItIsShown")
  @Test
  void zeroesCantBeDetectedByThisLibvirt() {
    lab.guest("start", "web", "--disk", "vda=16M");
    Service.Answer refused =
        service.post(
            "/v1/migrations",
            request("web", ",\"disks\":[\"vda\"],\"options\":{\"detectZeroes\":true}"));
    assertThat(refused.problem()).isEqualTo("option-not-supported");
    assertThat(refused.text("detail")).contains("needs libvirt 10.9.0");
  }

  @Test
  void hostsAndDomainsAreReadAsTheyAre() {
    lab.guest("start", "web", "--disk", "vda=16M", "--shared", "vdc=16M", "--cdrom", "sda");
    JsonNode hosts = service.get("/v1/hosts").body().get("items");
    assertThat(hosts.valueStream().map(host -> host.get("name").asString()))
        .containsExactly("kvm-a", "kvm-b");
    assertThat(hosts.get(0).get("libvirtVersion").asString())
        .isEqualTo(shell("kvm-a", "libvirtd --version").replaceAll(".* ", ""));
    JsonNode web = service.get("/v1/hosts/kvm-a/domains/web").body();
    assertThat(web.get("state").asString()).isEqualTo("RUNNING");
    assertThat(web.get("disks").valueStream().map(d -> d.get("copyable").asBoolean()))
        .containsExactly(true, false, false);
    JsonNode listed = service.get("/v1/hosts/kvm-a/domains").body().get("items").get(0);
    assertThat(withoutAllocations(listed)).isEqualTo(withoutAllocations(web));
    assertThat(service.get("/v1/hosts/kvm-b/domains").body().get("items").isEmpty()).isTrue();
  }

  /**
   * A guest that writes for the first time between two looks changes what libvirt calls allocated.
   */
  private static JsonNode withoutAllocations(JsonNode domain) {
    JsonNode copy = domain.deepCopy();
    for (JsonNode disk : copy.get("disks")) {
      ((ObjectNode) disk).remove("allocationBytes");
    }
    return copy;
  }
}
