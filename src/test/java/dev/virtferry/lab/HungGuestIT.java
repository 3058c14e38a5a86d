package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A QEMU that answers nothing costs nobody but its own guest anything. */
@LabTest
class HungGuestIT {

  private static final String DOMAINS = "/v1/hosts/kvm-a/domains";

  private final Lab lab;
  private final Service service;

  HungGuestIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void everythingGoesOn() {
    lab.guestGoesOn("kvm-a", "sick");
    lab.guestGoesOn("kvm-a", "web");
    lab.daemonGoesOn("kvm-b");
    lab.link("kvm-a", "normal");
    lab.removeGuests();
  }

  private String request(String domain, String more) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\"%s}".formatted(domain, lab.peer("kvm-b"), more);
  }

  private static JsonNode disk(JsonNode domain) {
    return domain.get("disks").get(0);
  }

  private boolean reachable() {
    return service.get("/v1/hosts/kvm-a").body().get("reachable").asBoolean();
  }

  @Test
  void itsListAndItselfAreReadWithoutItsSizes() {
    lab.guest("start", "sick", "--disk", "vda=16M");
    lab.guest("start", "web", "--disk", "vda=16M", "--paused");
    lab.hangGuest("kvm-a", "sick");
    for (int again = 0; again < 3; again++) {
      Service.Answer all = service.get(DOMAINS);
      assertThat(all.status()).as(all.body().toString()).isEqualTo(200);
      JsonNode sick = all.body().get("items").get(0);
      assertThat(disk(sick).get("capacityBytes").isNull()).isTrue();
      assertThat(disk(sick).get("copyable").asBoolean()).isFalse();
      assertThat(disk(sick).get("reason").asString()).contains("did not answer");
      assertThat(disk(all.body().get("items").get(1)).get("capacityBytes").asLong())
          .isEqualTo(16 * 1024 * 1024);
      assertThat(service.get(DOMAINS + "/sick").body().get("state").asString())
          .isEqualTo("RUNNING");
      assertThat(reachable()).isTrue();
    }
    Service.Answer plan = service.post("/v1/migration-plans", request("sick", ""));
    assertThat(plan.body().get("possible").asBoolean()).isFalse();
    assertThat(plan.body().toString()).contains("QEMU does not answer");
    lab.guestGoesOn("kvm-a", "sick");
    await()
        .until(() ->
            disk(service.get(DOMAINS + "/sick").body()).get("capacityBytes").asLong()
                == 16 * 1024 * 1024);
  }

  /** A daemon has twenty workers; each call that waits for a hung QEMU takes one. */
  @Test
  void howeverManyAskAnotherGuestMovesAsIfNothingWere() {
    lab.guest("start", "sick", "--disk", "vda=16M");
    lab.guest("start", "web", "--disk", "vda=64M,full");
    lab.hangGuest("kvm-a", "sick");
    String id =
        service.migrate(request("web", ",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":6}"));
    List<CompletableFuture<Service.Answer>> reads = new ArrayList<>();
    for (int reader = 0; reader < 30; reader++) {
      String path = reader % 2 == 0 ? DOMAINS : DOMAINS + "/sick";
      reads.add(CompletableFuture.supplyAsync(() -> service.get(path)));
    }
    assertThat(reads).allSatisfy(read -> assertThat(read.join().status()).isEqualTo(200));
    assertThat(reachable()).isTrue();
    service.awaitSuccess(id);
    assertThat(service.get("/v1/migrations/" + id + "/history").body().toString())
        .doesNotContain("RECOVERING");
  }

  /** It is cancelled, and its job can't end: others get its slots. */
  @Test
  void oneThatHangsInItsOwnMigrationKeepsNoSlot() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    String id =
        service.migrate(request("web", ",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":1}"));
    service.awaitThat(id, m -> disk(m).get("bytesDone").asLong() > 0);
    lab.hangGuest("kvm-a", "web");
    service.post("/v1/migrations/" + id + "/cancel", "");
    JsonNode stuck = service.awaitThat(id, m -> m.get("state").asString().equals("RECOVERING"));
    assertThat(stuck.get("attention").get("reason").asString())
        .contains("libvirt was asked to abort the job");
    lab.guestGoesOn("kvm-a", "web");
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  @LongForm(shortCase = "HungGuestIT.howeverManyAskAnotherGuestMovesAsIfNothingWere")
  @Test
  void oneThatHangsInItsOwnMigrationGoesOnAfterwards() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    String id =
        service.migrate(request("web", ",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":6}"));
    service.awaitThat(id, m -> disk(m).get("bytesDone").asLong() > 0);
    lab.hangGuest("kvm-a", "web");
    for (int reader = 0; reader < 5; reader++) {
      Service.Answer read = service.get(DOMAINS + "/web");
      assertThat(read.status()).as(read.body().toString()).isEqualTo(200);
    }
    assertThat(service.migration(id).get("state").asString()).isEqualTo("MIGRATING");
    assertThat(reachable()).isTrue();
    lab.guestGoesOn("kvm-a", "web");
    service.awaitSuccess(id);
  }

  @Test
  void aDaemonThatHangsWhileBackingImagesAreComparedHoldsUpNoCancel() {
    lab.guest("start", "web", "--disk", "vda=16M");
    for (String host : List.of("kvm-a", "kvm-b")) {
      lab.on(host, "truncate", "-s", "2G", "/srv/base.img");
    }
    lab.on("kvm-a", "sh", "-c", OVERLAY_ON_BASE);
    String id =
        service.migrate(
            request(
                "web",
                ",\"disks\":[\"vda\",\"vdb\"],\"copy\":\"INCREMENTAL\","
                    + "\"options\":{\"verifyBacking\":\"CONTENT\"}"));
    service.awaitThat(
        id, m -> m.get("progress").at("/verification/bytesDone").asLong() > 0 || Service.ended(m));
    lab.daemon("kvm-b", "stop");
    service.post("/v1/migrations/" + id + "/cancel", "");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("CANCELLED");
  }

  private static final String OVERLAY_ON_BASE =
      "cd /srv; qemu-img create -q -f qcow2 -F raw -b /srv/base.img top.qcow2;"
          + " virsh -q attach-disk web /srv/top.qcow2 vdb --live --subdriver qcow2";
}
