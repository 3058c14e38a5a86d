package dev.virtferry.lab;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What arrives of disks whose definitions say more than a path, and what starts from it. Its guests
 * never run.
 */
@LabTest
@Order(2)
class CarriedDisksIT {

  private static final String IMAGES = "/srv/carried";

  private final Lab lab;
  private final Service service;

  CarriedDisksIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void nothingIsLeft() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      shell(
          host,
          """
          for d in $(virsh -q list --all --name); do virsh destroy $d; virsh undefine $d; done
          virsh pool-destroy carried
          rm -rf %s
          """
              .formatted(IMAGES));
    }
  }

  private String shell(String host, String script) {
    return lab.on(host, "sh", "-c", script);
  }

  private void pools() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      shell(
          host,
          "mkdir -p %1$s && virsh pool-create-as carried dir --target %1$s".formatted(IMAGES));
    }
  }

  private String inImages(String host, String script) {
    return shell(host, "set -e; cd %s; %s".formatted(IMAGES, script));
  }

  /** A disk on the first of virtio-scsi controllers that has a place. */
  private static String disk(String target, String format, String name, String more) {
    return "<disk type='file'><driver name='qemu' type='%s'/><source file='%s/%s'%s<target dev='%s' bus='scsi'/></disk>"
        .formatted(format, IMAGES, name, more, target);
  }

  private static String disk(String target, String format, String name) {
    return disk(target, format, name, "/>");
  }

  private void start(String disks) {
    String xml =
        """
        <domain type='qemu'><name>web</name><memory unit='MiB'>32</memory>
        <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
        <devices><controller type='scsi' model='virtio-scsi'/>%s
        <controller type='usb' model='none'/><memballoon model='none'/></devices></domain>
        """
            .formatted(disks);
    lab.on("kvm-a", "sh", "-c", "echo \"$1\" | virsh define /dev/stdin", "define", xml);
    lab.on("kvm-a", "virsh", "start", "--paused", "web");
  }

  private String request(String more) {
    return "{\"domain\":\"web\",\"destUri\":\"%s\"%s}".formatted(lab.peer("kvm-b"), more);
  }

  private JsonNode plan(String more) {
    Service.Answer answer = service.post("/v1/migration-plans", request(more));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    assertThat(answer.body().get("problems").isEmpty()).as(answer.body().toString()).isTrue();
    return answer.body();
  }

  private void moves(String more) {
    JsonNode ended = service.awaitEnd(service.migrate(request(more)));
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
  }

  private boolean startsAnew() {
    lab.on("kvm-b", "virsh", "destroy", "web");
    return lab.succeedsOn("kvm-b", "virsh", "start", "--paused", "web");
  }

  @Test
  void whatTheNextStartHasOtherwiseIsToldAndKept() {
    pools();
    inImages("kvm-a", "truncate -s 1M a.raw next.raw now.raw");
    start(disk("sda", "raw", "a.raw"));
    inImages(
        "kvm-a",
        "virsh -q attach-disk web $PWD/next.raw sdb --config;"
            + " virsh -q attach-disk web $PWD/now.raw sdc --live");
    assertThat(plan(",\"copy\":\"FULL\"").get("checks").toString())
        .contains(
            "From its next start on it has sdb (/srv/carried/next.raw) as well, which is not copied",
            "The persistent definition has no sdc (/srv/carried/now.raw)");
    moves(",\"copy\":\"FULL\"");
    assertThat(lab.on("kvm-b", "virsh", "dumpxml", "web")).contains("now.raw");
    assertThat(lab.on("kvm-b", "virsh", "dumpxml", "--inactive", "web"))
        .contains("next.raw")
        .doesNotContain("now.raw");
    assertThat(startsAnew()).as("without the disk that nobody copied").isFalse();
    inImages("kvm-b", "truncate -s 1M next.raw");
    assertThat(lab.succeedsOn("kvm-b", "virsh", "start", "--paused", "web")).isTrue();
  }

  @Test
  void aCopyInFullStartsWithoutTheChainThatItHad() {
    pools();
    inImages(
        "kvm-a",
        "qemu-img create -q -f raw base.raw 1M; qemu-io -f raw -c 'write -P 7 0 64k' base.raw;"
            + " qemu-img create -q -f qcow2 -F raw -b $PWD/base.raw top.qcow2");
    start(
        disk(
            "sda",
            "qcow2",
            "top.qcow2",
            "/><backingStore type='file'><format type='raw'/><source file='%s/base.raw'/><backingStore/></backingStore>"
                .formatted(IMAGES)));
    moves(",\"copy\":\"FULL\"");
    assertThat(startsAnew()).isTrue();
    assertThat(inImages("kvm-b", "qemu-io -U -r -f qcow2 -c 'read -P 7 0 64k' top.qcow2"))
        .doesNotContain("failed");
  }

  /** Its file has something of others before and behind it, which stays where it is. */
  @Test
  void aSliceOfAFileGoesWhereItIsInAFile() {
    pools();
    inImages(
        "kvm-a",
        "for f in made.raw there.raw; do truncate -s 3M $f; for m in 0 1 2; do"
            + " qemu-io -f raw -c \"write -P 1$m ${m}M 1M\" $f; done; done");
    inImages("kvm-b", "truncate -s 3M there.raw");
    String slice =
        "><slices><slice type='storage' offset='1048576' size='1048576'/></slices></source>";
    start(disk("sda", "raw", "made.raw", slice) + disk("sdb", "raw", "there.raw", slice));
    JsonNode planned = plan(",\"copy\":\"FULL\"").get("disks");
    assertThat(planned.valueStream().map(disk -> disk.get("volume").get("action").asString()))
        .containsExactly("CREATE", "REUSE");
    assertThat(planned.valueStream().map(disk -> disk.get("capacityBytes").asLong()))
        .containsExactly(1048576L, 1048576L);
    moves(",\"copy\":\"FULL\",\"options\":{\"sourceVolumes\":\"DELETE\"}");
    for (String file : List.of("made.raw", "there.raw")) {
      String slices = "dd if=%s bs=1M skip=1 count=1 status=none | sha256sum".formatted(file);
      assertThat(inImages("kvm-b", slices)).isEqualTo(inImages("kvm-a", slices));
      assertThat(inImages("kvm-b", "cmp -n 1048576 %s /dev/zero && echo untouched".formatted(file)))
          .contains("untouched");
    }
    assertThat(startsAnew()).isTrue();
  }

  @Test
  void thirtyDisksMove() {
    move(30);
  }

  @LongForm(shortCase = "CarriedDisksIT.thirtyDisksMove")
  @Test
  void sixtyDisksMove() {
    move(60);
  }

  private void move(int count) {
    pools();
    List<String> names = IntStream.range(0, count).mapToObj(CarriedDisksIT::scsiName).toList();
    inImages(
        "kvm-a",
        "for d in %s; do truncate -s 1M $d.raw; echo $d | dd of=$d.raw conv=notrunc status=none; done"
            .formatted(String.join(" ", names)));
    start(
        IntStream.range(0, count)
            .mapToObj(unit ->
                disk(names.get(unit), "raw", names.get(unit) + ".raw")
                    .replace(
                        "</disk>",
                        "<address type='drive' controller='0' target='0' unit='"
                            + unit
                            + "'/></disk>"))
            .collect(joining()));
    assertThat(plan(",\"copy\":\"FULL\"").get("disks")).hasSize(count);
    moves(",\"copy\":\"FULL\"");
    String sums = "sha256sum *.raw";
    assertThat(inImages("kvm-b", sums)).isEqualTo(inImages("kvm-a", sums));
  }

  /** As the kernel counts: sda to sdz, then sdaa. */
  private static String scsiName(int index) {
    String last = String.valueOf((char) ('a' + index % 26));
    return "sd" + (index < 26 ? last : (char) ('a' + index / 26 - 1) + last);
  }
}
