package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Disks that no list names, and what real hosts make of them. Its guests never run. */
@LabTest
@Order(2)
class StayingDisksIT {

  private static final String IMAGES = "/srv/stay";

  private final Lab lab;
  private final Service service;

  StayingDisksIT(Lab lab, Service service) {
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
          virsh pool-destroy stay
          [ ! -e %1$s/served.pid ] || kill "$(cat %1$s/served.pid)"
          rm -rf %1$s
          """
              .formatted(IMAGES));
    }
  }

  private String shell(String host, String script) {
    return lab.on(host, "sh", "-c", script);
  }

  private void pool(String host) {
    shell(host, "mkdir -p %1$s && virsh pool-create-as stay dir --target %1$s".formatted(IMAGES));
  }

  private void onBoth(String script) {
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host);
      shell(host, "cd " + IMAGES + "\n" + script);
    }
  }

  private static String disk(String type, String device, String source, String target) {
    return "<disk type='%s' device='%s'><driver name='qemu' type='raw'/><source %s/>%s</disk>"
        .formatted(type, device, source, target);
  }

  private static String file(String name) {
    return "file='%s/%s'".formatted(IMAGES, name);
  }

  private static String target(String name, String bus) {
    return "<target dev='%s' bus='%s'/>".formatted(name, bus);
  }

  private void start(String devices) {
    String xml =
        """
        <domain type='qemu'><name>web</name><memory unit='MiB'>32</memory>
        <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
        <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
        <devices>%s<controller type='usb' model='none'/><memballoon model='none'/></devices></domain>
        """
            .formatted(devices);
    lab.on("kvm-a", "sh", "-c", "echo \"$1\" | virsh define /dev/stdin", "define", xml);
    lab.on("kvm-a", "virsh", "start", "--paused", "web");
  }

  private String request(String more) {
    return "{\"domain\":\"web\",\"destUri\":\"%s\"%s}".formatted(lab.peer("kvm-b"), more);
  }

  private String refusal(String more) {
    Service.Answer answer = service.post("/v1/migrations", request(more));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(422);
    return answer.problem();
  }

  private JsonNode plan(String more) {
    Service.Answer answer = service.post("/v1/migration-plans", request(more));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private void moves(String more) {
    JsonNode ended = service.awaitEnd(service.migrate(request(more)));
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
  }

  private String content(String host, String name) {
    return shell(host, "sha256sum <%s/%s".formatted(IMAGES, name));
  }

  @Test
  void aFloppyIsCopiedLikeADisk() {
    pool("kvm-a");
    pool("kvm-b");
    shell(
        "kvm-a",
        "cd %s; truncate -s 4M a.raw; dd if=/dev/urandom of=fd.raw bs=1k count=1440"
            .formatted(IMAGES));
    start(
        disk("file", "disk", file("a.raw"), target("vda", "virtio"))
            + disk("file", "floppy", file("fd.raw"), target("fda", "fdc")));
    assertThat(refusal("")).isEqualTo("disk-left-behind");
    assertThat(refusal(",\"disks\":[\"vda\"]")).isEqualTo("disk-left-behind");
    assertThat(plan(",\"copy\":\"FULL\"").get("parameters").toString())
        .contains("\"vda\"", "\"fda\"");
    String written = content("kvm-a", "fd.raw");
    moves(",\"disks\":[\"fda\",\"vda\"]");
    assertThat(content("kvm-b", "fd.raw")).isEqualTo(written);
  }

  @Test
  void whatAnotherProcessServesIsNotCopiedAndGoesOnWithItsTwin() {
    onBoth(
        """
        truncate -s 4M served.raw
        qemu-storage-daemon --daemonize --pidfile served.pid \
          --blockdev file,node-name=f,filename=served.raw \
          --export vhost-user-blk,id=e,node-name=f,writable=on,addr.type=unix,addr.path=%1$s/sock
        """
            .formatted(IMAGES));
    shell("kvm-a", "truncate -s 4M %s/a.raw".formatted(IMAGES));
    start(
        disk("file", "disk", file("a.raw"), target("vda", "virtio"))
            + disk(
                "vhostuser",
                "disk",
                "type='unix' path='%s/sock'".formatted(IMAGES),
                target("vdb", "virtio")));
    assertThat(refusal(",\"disks\":[\"vda\",\"vdb\"]")).isEqualTo("disk-not-copyable");
    assertThat(plan(",\"disks\":[\"vda\"]").get("checks").toString())
        .contains("Whether the destination has what vdb (vhostuser) is served by can't be told");
    moves(",\"copy\":\"FULL\"");
  }

  @Test
  void aShareableDiskIsLeftWhereBothHostsSeeItAlone() {
    onBoth("truncate -s 4M s.raw");
    start(
        disk("file", "disk", file("s.raw"), target("sda", "scsi") + "<shareable/>")
            .replace("type='raw'/>", "type='raw' cache='none'/>"));
    assertThat(refusal("")).isEqualTo("disk-left-behind");
  }

  @Test
  void aMediumOfAPoolHasToBeInThePoolOfTheDestination() {
    pool("kvm-a");
    pool("kvm-b");
    shell("kvm-a", "truncate -s 1M %s/cd.iso; virsh pool-refresh stay".formatted(IMAGES));
    start(disk("volume", "cdrom", "pool='stay' volume='cd.iso'", target("sda", "sata")));
    assertThat(refusal("")).isEqualTo("destination-storage");
    lab.on("kvm-b", "virsh", "pool-destroy", "stay");
    assertThat(refusal("")).isEqualTo("destination-storage");
    pool("kvm-b");
    shell("kvm-b", "truncate -s 1M %s/cd.iso".formatted(IMAGES));
    moves("");
  }
}
