package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.JsonNode;

/** Migrations of running guests between two real hosts. */
@LabTest
@Order(2)
class MigrationIT {

  private final Lab lab;
  private final Service service;

  MigrationIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @BeforeEach
  void fullSpeed() {
    lab.link("kvm-a", "normal");
    lab.link("kvm-b", "normal");
  }

  @AfterEach
  void noGuestIsLeft(TestInfo test) {
    lab.link("kvm-a", "normal");
    lab.removeGuests();
    assertThat(lab.on("kvm-a", "virsh", "list", "--all", "--name"))
        .as(test.getDisplayName())
        .isBlank();
    assertThat(lab.on("kvm-b", "virsh", "list", "--all", "--name"))
        .as(test.getDisplayName())
        .isBlank();
  }

  private String request(String guest, String more) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\"%s}".formatted(guest, lab.peer("kvm-b"), more);
  }

  @Test
  void copiesExactlyTheNamedDisksWhileTheGuestGoesOnCounting() {
    lab.guest("start", "web", "--to", "kvm-b");
    long before = lab.tick("web", "kvm-a");

    JsonNode ended =
        service.awaitSuccess(service.migrate(request("web", ",\"disks\":[\"vdb\",\"vda\"]")));
    assertThat(ended.get("domainLocation").asString()).isEqualTo("DESTINATION");
    assertThat(ended.get("progress").get("percent").asInt()).isEqualTo(100);
    assertThat(ended.get("disks").valueStream().map(d -> d.get("target").asString()))
        .containsExactly("vdb", "vda");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
    lab.guest("wait-tick", "web", "kvm-b", Long.toString(before));
    for (String disk : List.of("vda", "vdb")) {
      assertThat(lab.guest("digest", "web", disk, "kvm-b"))
          .as(disk)
          .isEqualTo(lab.guest("digest", "web", disk, "kvm-a"));
    }
    assertThat(lab.succeedsOn("kvm-b", "sh", "-c", "ls /srv/web-vdc*")).isFalse();
    assertThat(parametersSeenBy("kvm-a", ended))
        .containsExactly(
            "params[\"migrate_disks\"]=(string)vdb", "params[\"migrate_disks\"]=(string)vda");
  }

  /** What the source's own daemon logged of the call that it received for this domain. */
  private List<String> parametersSeenBy(String host, JsonNode migration) {
    String domain = migration.get("domain").get("uuid").asString();
    String script =
        """
        awk -v uuid="$1" '
          /virDomainMigratePerform3Params:/ && /uuid=/ { mine = index($0, uuid) > 0 }
          /virDomainMigratePerform3Params:/ && mine && /params\\[/ { sub(/.*params/, "params"); print }
        ' /var/log/libvirt/libvirtd.log
        """;
    return lab.on(host, "sh", "-c", script, "sh", domain).lines().toList();
  }

  @Test
  void movesAGuestWithSharedDisksWithoutAnyParameter() {
    lab.guest("start", "shared", "--shared", "vda=16M");
    JsonNode ended = service.awaitSuccess(service.migrate(request("shared", "")));
    assertThat(ended.get("parameters")).isEmpty();
    assertThat(ended.get("flags").toString()).doesNotContain("NON_SHARED");
    assertThat(parametersSeenBy("kvm-a", ended)).isEmpty();
    assertThat(lab.guest("where", "shared")).isEqualTo("kvm-b running");
  }

  @LongForm(shortCase = "DiskKindsIT.eachKindIsCopiedSharedOrSkippedAsItShould")
  @Test
  void expandsCopyToTheLocalDisksAndSparesTheSharedOne() {
    lab.guest("start", "expanded", "--to", "kvm-b");
    JsonNode ended =
        service.awaitSuccess(service.migrate(request("expanded", ",\"copy\":\"FULL\"")));
    assertThat(parametersSeenBy("kvm-a", ended))
        .containsExactly(
            "params[\"migrate_disks\"]=(string)vda", "params[\"migrate_disks\"]=(string)vdb");
  }

  @Test
  void onlyTheNamedDisksHaveABlockJobWhileTheyAreCopied() {
    lab.guest("start", "slow", "--to", "kvm-b");
    String id =
        service.migrate(
            request("slow", ",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"bandwidthMiBps\":4}"));
    service.awaitThat(id, m -> m.get("disks").get(1).get("bytesDone").asLong() > 0);
    assertThat(blockJob("slow", "vda")).isNotBlank();
    assertThat(blockJob("slow", "vdb")).isNotBlank();
    assertThat(blockJob("slow", "vdc")).isBlank();

    JsonNode during = service.migration(id);
    assertThat(during.get("state").asString()).isEqualTo("MIGRATING");
    assertThat(during.get("phase").asString()).isEqualTo("STORAGE");
    assertThat(during.get("domainLocation").asString()).isEqualTo("SOURCE");
    cancelAndAwait(id);
  }

  private String blockJob(String guest, String target) {
    String shown = lab.on("kvm-a", "virsh", "blockjob", guest, target, "--info");
    return shown.contains("No current block job") ? "" : shown;
  }

  @Test
  void isCancelledInTheStoragePhaseAndTheGuestStays() {
    lab.guest("start", "storage", "--to", "kvm-b");
    String id =
        service.migrate(
            request("storage", ",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"bandwidthMiBps\":2}"));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    cancelAndAwait(id);
    staysWhole("storage");
  }

  @Test
  void isCancelledInTheMemoryPhaseAndTheGuestStays() {
    lab.guest("start", "memory", "--shared", "vda=16M");
    lab.link("kvm-a", "slow", "20mbit");
    String id = service.migrate(request("memory", ""));
    service.awaitThat(id, m -> m.get("progress").get("memory").get("bytesDone").asLong() > 0);
    assertThat(service.migration(id).get("phase").asString()).isEqualTo("MEMORY");
    cancelAndAwait(id);
    lab.link("kvm-a", "normal");
    staysWhole("memory");
  }

  private void cancelAndAwait(String id) {
    Service.Answer answer = service.post("/v1/migrations/" + id + "/cancel", "");
    assertThat(answer.status()).isEqualTo(202);
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("CANCELLED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
    assertThat(ended.get("error").isNull()).isTrue();
    JsonNode progress = ended.get("progress");
    assertThat(progress.get("percent").asInt()).isLessThan(100);
    assertThat(progress.get("bytesDone").asLong())
        .as("what arrived: %s", progress)
        .isLessThan(progress.get("bytesTotal").asLong());
    assertThat(progress.at("/memory/bytesDone").asLong())
        .isLessThan(progress.at("/memory/bytesTotal").asLong());
  }

  private void staysWhole(String guest) {
    assertThat(lab.guest("where", guest)).isEqualTo("kvm-a running");
    lab.guest("wait-tick", guest, "kvm-a", Long.toString(lab.tick(guest, "kvm-a")));
  }

  @LongForm(shortCase = "SwitchoverIT.aGuardedGuestThatItsOwnerPausedStaysPaused")
  @Test
  void aGuestThatItsOwnerPausedArrivesPaused() {
    lab.guest("start", "sleeper", "--to", "kvm-b", "--paused");
    service.awaitSuccess(service.migrate(request("sleeper", ",\"disks\":[\"vda\",\"vdb\"]")));
    assertThat(lab.guest("where", "sleeper")).isEqualTo("kvm-b paused");
    lab.on("kvm-b", "virsh", "resume", "sleeper");
    lab.guest("wait-tick", "sleeper", "kvm-b", "0");
  }

  @Test
  void aTransientGuestStaysTransientAndAutostartTravels() {
    lab.guest("start", "guest-t", "--shared", "vda=16M", "--transient");
    lab.guest("start", "guest-a", "--shared", "vda=16M");
    lab.on("kvm-a", "virsh", "autostart", "guest-a");
    String passing = service.migrate(request("guest-t", ""));
    String starter = service.migrate(request("guest-a", ""));
    service.awaitSuccess(passing);
    service.awaitSuccess(starter);
    assertThat(lab.on("kvm-b", "virsh", "dominfo", "guest-t")).containsPattern("Persistent: +no");
    assertThat(lab.on("kvm-b", "virsh", "dominfo", "guest-a"))
        .containsPattern("Persistent: +yes")
        .containsPattern("Autostart: +enable");
  }

  @Test
  void fiveAtOnceDoNotHoldUpTheAnswers() {
    List<String> guests = IntStream.range(0, 5).mapToObj(i -> "five-" + i).toList();
    guests.forEach(guest ->
        lab.guest("start", guest, "--to", "kvm-b", "--disk", "vda=16M,full", "--memory", "96"));
    List<String> ids =
        guests.stream()
            .map(guest ->
                service.migrate(
                    request(guest, ",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":1}")))
            .toList();
    ids.forEach(id -> service.awaitPhase(id, "STORAGE"));
    // The sixth call of a connection would wait for one of the five: each of these asks a host.
    for (int i = 0; i < 20; i++) {
      Service.Answer refused = service.post("/v1/migrations", request("nobody-" + i, ""));
      assertThat(refused.problem()).isEqualTo("domain-not-found");
    }
    assertThat(ids.stream().map(id -> service.migration(id).get("state").asString()))
        .containsOnly("MIGRATING");
    assertThat(service.get("/v1/migrations?state=MIGRATING").body().get("items")).hasSize(5);
    ids.forEach(id -> service.post("/v1/migrations/" + id + "/cancel", ""));
    ids.forEach(
        id -> assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED"));
  }

  @LongForm(shortCase = "MigrationIT.goesOnAfterTheServiceWasKilledAndCallsLibvirtOnlyOnce")
  @Test
  void leavesARunningMigrationAloneWhenItIsStoppedAndGoesOnWithTheNextStart() {
    lab.guest("start", "kept", "--to", "kvm-b");
    lab.link("kvm-a", "slow", "40mbit");
    String id = service.migrate(request("kept", ",\"disks\":[\"vda\",\"vdb\"]"));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.close();
    assertThat(lab.on("kvm-a", "virsh", "domjobinfo", "kept")).contains("Unbounded");
    service.start();

    lab.link("kvm-a", "normal");
    service.awaitSuccess(id);
    assertThat(lab.guest("where", "kept")).isEqualTo("kvm-b running");
    assertThat(parametersSeenBy("kvm-a", service.migration(id))).hasSize(2);
  }

  @Test
  void goesOnAfterTheServiceWasKilledAndCallsLibvirtOnlyOnce() {
    lab.guest("start", "orphan", "--to", "kvm-b");
    String id =
        service.migrate(
            request("orphan", ",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"bandwidthMiBps\":8}"));
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.kill();
    service.start();

    JsonNode ended = service.awaitSuccess(id);
    assertThat(ended.get("domainLocation").asString()).isEqualTo("DESTINATION");
    assertThat(lab.guest("where", "orphan")).isEqualTo("kvm-b running");
    assertThat(parametersSeenBy("kvm-a", ended)).hasSize(3);
  }

  @Test
  void theMachinesOwnDevicesAreUntouched() {
    lab.guest("start", "device", "--shared", "vda=16M");
    service.awaitEnd(service.migrate(request("device", "")));
    assertThat(lab.succeedsOn("kvm-a", "test", "-c", "/dev/null")).isTrue();
    assertThat(java.nio.file.Files.isRegularFile(java.nio.file.Path.of("/dev/null"))).isFalse();
  }
}
