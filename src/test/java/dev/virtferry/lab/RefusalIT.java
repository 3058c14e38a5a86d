package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What real hosts refuse, before anything starts and after, and what a client is told. */
@LabTest
@Order(2)
class RefusalIT {

  private static final String BOTH = ",\"disks\":[\"vda\",\"vdb\"]";

  private final Lab lab;
  private final Service service;

  RefusalIT(Lab lab, Service service) {
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

  private void refused(String body, int status, String problem) {
    Service.Answer answer = service.post("/v1/migrations", body);
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(status);
    assertThat(answer.problem()).isEqualTo(problem);
  }

  private JsonNode fails(String guest, String more, String problem, int code, int domain) {
    JsonNode ended = service.awaitEnd(service.migrate(request(guest, more)));
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
    JsonNode error = ended.get("error");
    assertThat(error.get("type").asString()).isEqualTo("urn:virt-ferry:problem:" + problem);
    assertThat(error.get("libvirt").get("code").asInt()).isEqualTo(code);
    assertThat(error.get("libvirt").get("domain").asInt()).isEqualTo(domain);
    assertThat(lab.guest("where", guest)).isEqualTo("kvm-a running");
    lab.guest("wait-tick", guest, "kvm-a", Long.toString(lab.tick(guest, "kvm-a")));
    return ended;
  }

  @Test
  void namesOfDisksAreCheckedAgainstTheLiveDomain() {
    lab.guest(
        "start",
        "web",
        "--disk",
        "vda=16M",
        "--disk",
        "vdb=16M",
        "--disk",
        "vdd=16M,readonly",
        "--disk",
        "vde=16M,shareable",
        "--shared",
        "vdc=16M",
        "--cdrom",
        "sda");
    refused(request("web", ",\"disks\":[\"vda\",\"vdb\",\"vdx\"]"), 422, "disk-not-found");
    refused(request("web", ",\"disks\":[\"vda,vdb\"]"), 422, "disk-not-found");
    refused(request("web", ",\"disks\":[]"), 422, "disk-not-found");
    refused(request("web", ",\"disks\":[\"vda\"]"), 422, "disk-left-behind");
    refused(request("web", ",\"disks\":[\"vda\",\"vdb\",\"vdc\"]"), 422, "disk-not-copyable");
    refused(request("web", ",\"disks\":[\"vda\",\"vdb\",\"vdd\"]"), 422, "disk-not-copyable");
    refused(request("web", ",\"disks\":[\"vda\",\"vdb\",\"vde\"]"), 422, "disk-not-copyable");
    refused(request("web", ",\"disks\":[\"vda\",\"vdb\",\"sda\"]"), 422, "disk-not-copyable");
    refused(request("web", ",\"disks\":[\"vda\",\"vdb\",\"vda\"]"), 422, "disk-not-copyable");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  @Test
  void theDestinationMustBeAnotherHostWithoutTheDomain() {
    lab.guest("start", "web", "--shared", "vda=16M");
    refused(
        "{\"domain\":\"web\",\"destUri\":\"%s\"}".formatted(lab.peer("kvm-a")), 422, "same-host");
    refused(
        "{\"domain\":\"web\",\"destUri\":\"%s?command=/tmp/x\"}".formatted(lab.peer("kvm-b")),
        422,
        "destination-not-allowed");
    lab.on(
        "kvm-b",
        "sh",
        "-c",
        "xml=$(mktemp) && printf '%s' \"$1\" > $xml && virsh define $xml && rm $xml",
        "sh",
        "<domain type='qemu'><name>web</name><memory>65536</memory><os><type>hvm</type></os></domain>");
    refused(request("web", ""), 422, "destination-conflict");
    lab.on("kvm-b", "virsh", "undefine", "web");
  }

  @Test
  void onlyARunningDomainIsMigrated() {
    lab.guest("start", "web", "--shared", "vda=16M", "--no-boot");
    refused(request("web", ""), 422, "domain-not-running");
    refused(request("nobody", ""), 422, "domain-not-found");
  }

  @Test
  void aDomainWithASnapshotOrARunningBlockJobIsNotMigrated() {
    lab.guest("start", "web", "--disk", "vda=16M,format=qcow2", "--to", "kvm-b");
    lab.on("kvm-a", "virsh", "snapshot-create-as", "web", "one");
    refused(request("web", ",\"disks\":[\"vda\"]"), 422, "domain-not-migratable");
    lab.on("kvm-a", "virsh", "snapshot-delete", "web", "one");
    lab.on("kvm-a", "virsh", "blockcopy", "web", "vda", "/srv/web-copy.qcow2", "--transient-job");
    refused(request("web", ",\"disks\":[\"vda\"]"), 422, "domain-not-migratable");
    lab.on("kvm-a", "virsh", "blockjob", "web", "vda", "--abort");
  }

  private JsonNode plan(String guest, String more) {
    return service.post("/v1/migration-plans", request(guest, more)).body();
  }

  private void virshRefuses(String... how) {
    List<String> call = new ArrayList<>(List.of("virsh", "migrate", "--live", "--p2p"));
    call.addAll(List.of(how));
    call.addAll(List.of("web", "qemu+tcp://kvm-b/system"));
    assertThat(lab.succeedsOn("kvm-a", call.toArray(String[]::new))).isFalse();
  }

  /** Starts a guest with more in its definition. */
  private void start(UnaryOperator<String> definition) {
    lab.guest("start", "web", "--shared", "vda=16M", "--no-boot");
    String xml = definition.apply(lab.on("kvm-a", "virsh", "dumpxml", "--inactive", "web"));
    lab.on(
        "kvm-a",
        "sh",
        "-euc",
        "printf %s \"$1\" >/tmp/web.xml; virsh define /tmp/web.xml; virsh start web",
        "sh",
        xml);
  }

  private static String withDevices(String xml, String devices) {
    return xml.replace("</devices>", devices + "</devices>");
  }

  @Test
  void aDomainIsRefusedForWhatLibvirtDoesNotMigrate() {
    lab.on("kvm-a", "qemu-img", "create", "-f", "qcow2", "/srv/web-vdt.qcow2", "4M");
    String disk =
        "<disk type='file'><driver name='qemu' type='qcow2'/><source file='/srv/web-vdt.qcow2'/>"
            + "<target dev='vdt' bus='virtio'/><transient/></disk>";
    String memory =
        "<shmem name='ring' role='peer'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>";
    String folder =
        "<filesystem type='mount' accessmode='passthrough'><driver type='virtiofs'/>"
            + "<source dir='/srv/boot'/><target dir='tag'/></filesystem>";
    String shared =
        "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking><os>";
    start(xml -> withDevices(xml, disk + memory + folder).replace("<os>", shared));
    virshRefuses("--unsafe");
    JsonNode plan = plan("web", ",\"disks\":[\"vdt\"]");
    assertThat(plan.get("possible").asBoolean()).isFalse();
    assertThat(plan.get("problems").get(0).get("type").asString())
        .endsWith(":domain-not-migratable");
    assertThat(plan.get("problems").toString())
        .contains("disk vdt is transient", "filesystem tag is virtiofs", "shared memory ring");
    lab.on("kvm-a", "rm", "-f", "/srv/web-vdt.qcow2");
  }

  /** Without a device, hosts of the lab have no bus for it either. */
  @Test
  void anOptionalDeviceThatIsMissingBarsNoMigration() {
    String usb =
        "<hostdev mode='subsystem' type='usb'><source startupPolicy='optional'>"
            + "<vendor id='0x1234'/><product id='0x5678'/></source></hostdev>";
    String bus = "mount -t tmpfs bus /sys/bus; mkdir -p /sys/bus/usb/devices";
    List<String> hosts = List.of("kvm-a", "kvm-b");
    hosts.forEach(host -> lab.on(host, "sh", "-euc", bus));
    try {
      start(xml ->
          withDevices(xml, usb)
              .replace(
                  "<controller type='usb' index='0' model='none'/>",
                  "<controller type='usb' model='qemu-xhci'/>"));
      assertThat(lab.on("kvm-a", "virsh", "dumpxml", "web")).contains("missing='yes'");
      service.awaitSuccess(service.migrate(request("web", "")));
    } finally {
      hosts.forEach(host -> lab.on(host, "umount", "/sys/bus"));
    }
  }

  @Test
  void aMigrationByAnothersHandIsNamedInAPlan() {
    lab.guest("start", "web", "--disk", "vda=16M,full", "--to", "kvm-b");
    lab.on(
        "kvm-a",
        "sh",
        "-c",
        "virsh migrate --live --p2p --copy-storage-all --migrate-disks vda --bandwidth 1 web"
            + " qemu+tcp://kvm-b/system >/dev/null 2>&1 &");
    await()
        .until(() -> lab.on("kvm-a", "virsh", "domjobinfo", "web").contains("Outgoing migration"));
    JsonNode plan = plan("web", ",\"disks\":[\"vda\"]");
    assertThat(plan.get("problems")).as(plan.toString()).isNotEmpty();
    assertThat(plan.get("problems").get(0).get("type").asString())
        .as(plan.get("problems").toString())
        .endsWith(":migration-in-progress");
    assertThat(plan.get("problems").toString()).doesNotContain("block job");
    refused(request("web", ",\"disks\":[\"vda\"]"), 409, "migration-in-progress");
    lab.on("kvm-a", "virsh", "domjobabort", "web");
    await().until(() -> !lab.guest("where", "web").contains("kvm-b"));
  }

  /** It writes where its file has no room any more. */
  private void pauseByAnError() {
    await()
        .pollInterval(Duration.ofMillis(500))
        .until(() -> {
          lab.on(
              "kvm-a",
              "sh",
              "-c",
              "cd /srv/small; dd if=/dev/zero of=fill bs=4k; fallocate -p -o 0 -l 4096 web-vda.raw;"
                  + " dd if=/dev/zero of=more bs=4k; true");
          return lab.on("kvm-a", "virsh", "domstate", "--reason", "web").contains("I/O error");
        });
  }

  @Test
  void aGuestThatIsPausedByAnErrorArrivesPausedUnlessThatIsToEndIt() {
    lab.on("kvm-a", "mkdir", "-p", "/srv/small");
    lab.on("kvm-b", "mkdir", "-p", "/srv/small");
    lab.on("kvm-a", "mount", "-t", "tmpfs", "-o", "size=24m", "small", "/srv/small");
    try {
      lab.guest("start", "web", "--to", "kvm-b", "--disk", "vda=16M,path=/srv/small/web-vda.raw");
      pauseByAnError();
      String abort = ",\"disks\":[\"vda\"],\"options\":{\"abortOnIoError\":true}";
      virshRefuses("--abort-on-error", "--copy-storage-all", "--migrate-disks", "vda");
      refused(request("web", abort), 422, "domain-not-migratable");
      assertThat(plan("web", ",\"disks\":[\"vda\"]").get("checks").toString())
          .contains("it is paused (I/O error), and will arrive paused");
      service.awaitSuccess(service.migrate(request("web", ",\"disks\":[\"vda\"]")));
      assertThat(lab.on("kvm-b", "virsh", "domstate", "web")).contains("paused");
    } finally {
      lab.guest("remove", "web");
      lab.on("kvm-a", "umount", "/srv/small");
    }
  }

  @Test
  void aSecondMigrationOfTheSameDomainIsNamedInTheAnswer() {
    lab.guest("start", "web", "--to", "kvm-b");
    String id = service.migrate(request("web", BOTH + ",\"options\":{\"bandwidthMiBps\":2}"));
    service.awaitPhase(id, "STORAGE");
    Service.Answer second = service.post("/v1/migrations", request("web", BOTH));
    assertThat(second.status()).isEqualTo(409);
    assertThat(second.problem()).isEqualTo("migration-in-progress");
    assertThat(second.text("migration")).isEqualTo(id);
    service.post("/v1/migrations/" + id + "/cancel", "");
    service.awaitEnd(id);
  }

  @Test
  void aLocalDiskIsNotLeftBehindWhenNoListWasGiven() {
    lab.guest("start", "web", "--disk", "vda=16M", "--disk", "vdb=16M,format=qcow2");
    refused(request("web", ""), 422, "disk-left-behind");
    lab.guest("prepare", "web", "kvm-b");
    // Of a file that was written in the last minute NFS may not know yet what it takes.
    lab.on("kvm-b", "sh", "-c", "touch -d '1 hour ago' /srv/web-vd?.*");
    refused(request("web", ""), 422, "disk-left-behind");
    lab.on("kvm-b", "virsh", "pool-destroy", "images");
    try {
      assertThat(check("web", "", "DISKS")).startsWith("UNKNOWN Whether vda (");
      fails("web", "", "disk-left-behind", 81, 10);
    } finally {
      lab.on("kvm-b", "virsh", "pool-start", "images");
    }
  }

  /** The first check of a plan on that subject, as its outcome and its words. */
  private String check(String guest, String more, String subject) {
    Service.Answer plan = service.post("/v1/migration-plans", request(guest, more));
    assertThat(plan.body().get("possible").asBoolean()).as(plan.body().toString()).isTrue();
    return plan.body()
        .get("checks")
        .valueStream()
        .filter(check -> check.get("subject").asString().equals(subject))
        .map(check -> check.get("outcome").asString() + " " + check.get("detail").asString())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aMissingDestinationImageIsAProblemOfItsStorageWhereNoPoolCanMakeIt() {
    lab.guest("start", "web", "--disk", "vda=16M,path=/srv/elsewhere/web-vda.raw");
    assertThat(check("web", ",\"disks\":[\"vda\"]", "STORAGE"))
        .startsWith("UNKNOWN No active pool of kvm-b has /srv/elsewhere, so ");
    fails("web", ",\"disks\":[\"vda\"]", "destination-storage", 49, 18);
  }

  @LongForm(
      shortCase = "RefusalIT.aMissingDestinationImageIsAProblemOfItsStorageWhereNoPoolCanMakeIt")
  @Test
  void aDestinationImageOfAnotherSizeEndsTheMigrationWhereNoPoolCouldTellBefore() {
    lab.guest("start", "web", "--disk", "vda=16M,path=/srv/elsewhere/web-vda.raw", "--to", "kvm-b");
    lab.on("kvm-b", "truncate", "-s", "8M", "/srv/elsewhere/web-vda.raw");
    JsonNode ended = fails("web", ",\"disks\":[\"vda\"]", "libvirt-error", 9, 10);
    assertThat(ended.get("error").get("detail").asString()).contains("different sizes");
  }

  @Test
  void aFullDestinationEndsTheMigration() {
    lab.on("kvm-a", "mkdir", "-p", "/srv/small");
    lab.on("kvm-b", "mkdir", "-p", "/srv/small");
    lab.on("kvm-b", "mount", "-t", "tmpfs", "-o", "size=8m", "small", "/srv/small");
    try {
      lab.guest(
          "start", "web", "--to", "kvm-b", "--disk", "vda=32M,full,path=/srv/small/web-vda.raw");
      JsonNode ended = fails("web", ",\"disks\":[\"vda\"]", "libvirt-error", 9, 10);
      assertThat(ended.get("error").get("detail").asString()).contains("No space left");
    } finally {
      lab.guest("remove", "web");
      lab.on("kvm-b", "umount", "/srv/small");
    }
  }

  @Test
  void aMediumMissingAtTheDestinationIsSeenBeforeWhereAPoolLetsUsLook() {
    lab.guest("start", "web", "--shared", "vda=16M", "--cdrom", "sda=1M");
    refused(request("web", ""), 422, "destination-storage");
    lab.on("kvm-b", "virsh", "pool-destroy", "images");
    try {
      assertThat(check("web", "", "STORAGE")).startsWith("UNKNOWN sda (");
      fails("web", "", "destination-storage", 38, 18);
    } finally {
      lab.on("kvm-b", "virsh", "pool-start", "images");
    }
  }

  @Test
  void aSilentHostIsUnreachableAndNothingIsStarted() {
    lab.guest("start", "web", "--shared", "vda=16M");
    lab.daemon("kvm-b", "stop");
    try {
      Service.Answer answer = service.post("/v1/migrations", request("web", ""));
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.problem()).isEqualTo("host-unreachable");
      assertThat(answer.response().headers().firstValue("Retry-After")).hasValue("5");
    } finally {
      lab.daemon("kvm-b", "cont");
    }
    service.awaitSuccess(service.migrate(request("web", "")));
  }
}
