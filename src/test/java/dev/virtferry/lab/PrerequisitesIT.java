package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a guest needs of a real host besides its disks. Its guests have none and never run. */
@LabTest
@Order(2)
class PrerequisitesIT {

  private static final String SECRET = "0a81f5b2-8403-4b23-8d71-9c8f1a6f2e01";

  private final Lab lab;
  private final Service service;

  PrerequisitesIT(Lab lab, Service service) {
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
          for n in $(virsh -q net-list --all --name); do virsh net-destroy $n; virsh net-undefine $n; done
          virsh nwfilter-undefine need; virsh secret-undefine %s
          ip link del needbr; virsh pool-destroy need; rm -rf /srv/need; :
          """
              .formatted(SECRET));
    }
  }

  private String shell(String host, String script) {
    return lab.on(host, "sh", "-c", script);
  }

  private void onBoth(String script) {
    shell("kvm-a", script);
    shell("kvm-b", script);
  }

  private static String definition(String name, String os, String devices) {
    return """
    <domain type='qemu'><name>%s</name><memory unit='MiB'>32</memory>
    <os><type arch='x86_64' machine='q35'>hvm</type>%s</os><features><acpi/></features>
    <devices>%s<controller type='usb' model='none'/><memballoon model='none'/></devices></domain>
    """
        .formatted(name, os, devices);
  }

  private void start(String host, String name, String os, String devices) {
    define(host, "define", definition(name, os, devices));
    lab.on(host, "virsh", "start", "--paused", name);
  }

  private void define(String host, String command, String xml) {
    lab.on(
        host,
        "sh",
        "-euc",
        "f=$(mktemp); printf %s \"$2\" >$f; virsh \"$1\" $f; rm $f",
        "sh",
        command,
        xml);
  }

  private void start(String devices) {
    start("kvm-a", "web", "", devices);
  }

  private String request() {
    return "{\"domain\":\"web\",\"destUri\":\"%s\"}".formatted(lab.peer("kvm-b"));
  }

  private JsonNode plan() {
    return service.post("/v1/migration-plans", request()).body();
  }

  /** What is missing is refused, as virsh is. */
  private void refused(String problem, String... words) {
    JsonNode plan = plan();
    assertThat(plan.get("possible").asBoolean()).as(plan.toString()).isFalse();
    assertThat(plan.get("problems").get(0).get("type").asString()).endsWith(":" + problem);
    assertThat(plan.get("problems").toString()).contains(words);
    virshFails();
  }

  private void virshFails() {
    assertThat(
            lab.succeedsOn(
                "kvm-a", "virsh", "migrate", "--live", "--p2p", "web", lab.peer("kvm-b")))
        .isFalse();
  }

  /** The outcome and words of the check. */
  private String needs() {
    JsonNode plan = plan();
    assertThat(plan.get("possible").asBoolean()).as(plan.toString()).isTrue();
    return plan.get("checks")
        .valueStream()
        .filter(check -> check.get("subject").asString().equals("NEEDS"))
        .map(check -> check.get("outcome").asString() + " " + check.get("detail").asString())
        .findFirst()
        .orElseThrow();
  }

  private void moves() {
    service.awaitSuccess(service.migrate(request()));
  }

  private void fails(String problem, String words) {
    JsonNode ended = service.awaitEnd(service.migrate(request()));
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("FAILED");
    JsonNode error = ended.get("error");
    assertThat(error.get("type").asString())
        .as(error.toString())
        .isEqualTo("urn:virt-ferry:problem:" + problem);
    assertThat(error.get("detail").asString()).contains(words);
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
  }

  private static String vnc(String port, String address) {
    return "<graphics type='vnc' %s><listen type='address' address='%s'/></graphics>"
        .formatted(port, address);
  }

  private static final String FIXED = "port='5977' autoport='no'";

  @Test
  void aPortThatAnotherGuestHasIsRefused() {
    start(vnc(FIXED, "0.0.0.0"));
    start("kvm-b", "other", "", vnc(FIXED, "127.0.0.1"));
    refused("destination-conflict", "devices/graphics: kvm-b has no free port 0.0.0.0:5977");
    lab.on("kvm-b", "virsh", "destroy", "other");
    assertThat(needs()).startsWith("PASSED");
    moves();
  }

  /** Only the host knows that another program listens there. */
  @Test
  void aPortThatAnotherProgramHasIsNamedWhenItFails() {
    start(
        "<serial type='tcp'><source mode='bind' host='0.0.0.0' service='5978'/>"
            + "<protocol type='raw'/></serial>");
    assertThat(needs()).startsWith("PASSED");
    shell(
        "kvm-b",
        "nohup sh -c 'busybox nc -l -p 5978 || nc -l -p 5978' >/dev/null 2>&1 & echo $! >/tmp/need.pid; sleep 1");
    try {
      fails("destination-conflict", "in devices/serial");
    } finally {
      shell("kvm-b", "pkill -F /tmp/need.pid; fuser -k 5978/tcp; :");
    }
  }

  @Test
  void anAddressOfTheSourceIsRefused() {
    start(vnc("autoport='yes'", lab.address("kvm-a")));
    refused("destination-conflict", "is an address of kvm-a");
  }

  @Test
  void anAddressOfNeitherHostIsADoubtAndNamedWhenItFails() {
    shell("kvm-a", "ip address add 10.99.99.9/32 dev lo");
    try {
      start(vnc("autoport='yes'", "10.99.99.9"));
      assertThat(needs()).startsWith("UNKNOWN devices/graphics").contains("10.99.99.9");
      fails("destination-conflict", "in devices/graphics");
    } finally {
      shell("kvm-a", "ip address del 10.99.99.9/32 dev lo");
    }
  }

  private static String bridged(String name) {
    return "<interface type='bridge'><source bridge='%s'/></interface>".formatted(name);
  }

  /** Hosts of the lab lack the device of TAPs. */
  private void bridge(String host) {
    shell(
        host,
        "mkdir -p /dev/net; [ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200;"
            + " ip link add needbr type bridge && ip link set needbr up");
  }

  @Test
  void aBridgeThatIsMissingIsADoubtAndNamedWhenItFails() {
    bridge("kvm-a");
    start(bridged("needbr"));
    assertThat(needs()).startsWith("UNKNOWN devices/interface").contains("network device needbr");
    fails("destination-conflict", "in devices/interface");
    bridge("kvm-b");
    moves();
  }

  private static final String NETWORK =
      "<network><name>need</name><forward mode='bridge'/><bridge name='needbr'/></network>";

  @Test
  void aNetworkThatIsMissingOrStoppedIsRefused() {
    bridge("kvm-a");
    bridge("kvm-b");
    define("kvm-a", "net-create", NETWORK);
    start("<interface type='network'><source network='need'/></interface>");
    refused("destination-conflict", "devices/interface: kvm-b has no active network need");
    define("kvm-b", "net-define", NETWORK);
    refused("destination-conflict", "devices/interface: kvm-b has no active network need");
    lab.on("kvm-b", "virsh", "net-start", "need");
    moves();
  }

  @Test
  void aFilterOfPacketsThatIsMissingIsRefused() {
    define("kvm-a", "nwfilter-define", "<filter name='need'/>");
    bridge("kvm-a");
    bridge("kvm-b");
    start(
        "<interface type='bridge'><source bridge='needbr'/><filterref filter='need'/></interface>");
    refused("destination-conflict", "devices/interface: kvm-b has no network filter need");
    define("kvm-b", "nwfilter-define", "<filter name='need'/>");
    moves();
  }

  private void secret(String host) {
    define(
        host,
        "secret-define",
        "<secret ephemeral='no' private='no'><uuid>%s</uuid></secret>".formatted(SECRET));
    shell(host, "virsh secret-set-value %s --base64 $(printf need | base64)".formatted(SECRET));
  }

  @Test
  void aSecretThatIsMissingIsRefused() {
    secret("kvm-a");
    onBoth(
        "mkdir -p /srv/need; "
            + Lab.encrypting(
                "qemu-img create -q -f luks --object secret,id=s,data=need"
                    + " -o key-secret=s,iter-time=10 /srv/need/cd.luks 1M"));
    start(
        "<disk type='file' device='disk'><driver name='qemu' type='raw'/>"
            + "<source file='/srv/need/cd.luks'><encryption format='luks'><secret type='passphrase'"
            + " uuid='%s'/></encryption></source><target dev='vda'/><readonly/></disk>"
                .formatted(SECRET));
    refused("destination-storage", "devices/disk: kvm-b has no secret " + SECRET);
    secret("kvm-b");
    moves();
  }

  /** A kernel that is none starts as well, as the guest never runs. */
  private void kernel(String host) {
    shell(host, "mkdir -p /srv/need && cp /srv/boot/vmlinuz* /srv/need/kernel");
  }

  @Test
  void aKernelThatIsMissingIsRefusedWhereAPoolShowsItAndNamedWhenItFails() {
    kernel("kvm-a");
    shell("kvm-b", "mkdir -p /srv/need && virsh pool-create-as need dir --target /srv/need");
    start("kvm-a", "web", "<kernel>/srv/need/kernel</kernel>", "");
    refused("destination-storage", "os/kernel: kvm-b has no /srv/need/kernel");
    lab.on("kvm-b", "virsh", "pool-destroy", "need");
    assertThat(needs())
        .isEqualTo("UNKNOWN Only kvm-b itself sees whether it has /srv/need/kernel (os/kernel).");
    fails("destination-storage", "in os/kernel");
    kernel("kvm-b");
    moves();
  }

  @Test
  void aFolderThatIsMissingIsListedAndNamedWhenItFails() {
    onBoth("mkdir -p /srv/need/logs");
    start("<serial type='file'><source path='/srv/need/logs/web.log'/></serial>");
    shell("kvm-b", "rm -rf /srv/need");
    assertThat(needs()).contains("folder /srv/need/logs (devices/serial)");
    fails("destination-storage", "in devices/serial");
    onBoth("mkdir -p /srv/need/logs");
    moves();
  }

  /** What only the next start needs bars no migration. */
  @Test
  void whatTheNextStartNeedsIsADoubt() {
    start("");
    String uuid = lab.on("kvm-a", "virsh", "domuuid", "web").strip();
    define(
        "kvm-a",
        "define",
        definition(
                "web",
                "<kernel>/srv/need/kernel</kernel>",
                "<interface type='network'><source network='need'/></interface>"
                    + "<disk type='network'><source protocol='rbd' name='p/i'><host name='10.9.9.9'/>"
                    + "<auth username='a'><secret type='ceph' uuid='%s'/></auth></source>"
                        .formatted(SECRET)
                    + "<target dev='vdx'/></disk>")
            .replace("</name>", "</name><uuid>%s</uuid>".formatted(uuid)));
    assertThat(plan().get("checks").toString())
        .contains(
            "devices/interface at its next start needs what kvm-b has not now: active network need.",
            "devices/disk at its next start needs what kvm-b has not now: secret " + SECRET,
            "/srv/need/kernel (os/kernel, at its next start)");
    moves();
  }

  @Test
  void aQemuThatIsMissingIsRefused() {
    shell("kvm-a", "mkdir -p /srv/need && ln -sf /usr/bin/qemu-system-x86_64 /srv/need/qemu");
    start("<emulator>/srv/need/qemu</emulator>");
    refused("domain-not-migratable", "devices/emulator: ", "/srv/need/qemu");
  }
}
