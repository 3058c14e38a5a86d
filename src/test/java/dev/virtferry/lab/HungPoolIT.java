package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A pool whose storage hangs or is dead costs nobody anything who does not need it. */
@LabTest
class HungPoolIT {

  private static final String DOMAINS = "/v1/hosts/kvm-b/domains";
  private static final String LATE = "5a1fb1a4-5c7e-4c33-8a51-6ef1d6a71c1e";
  private static final String INTO_THE_SICK_POOL = ",\"volumes\":{\"vda\":{\"pool\":\"sick\"}}";

  private final Lab lab;
  private final Service service;

  HungPoolIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @BeforeEach
  void twoPoolsOfWhichOneHasAFolder() {
    lab.on(
        "kvm-b",
        "sh",
        "-euc",
        "mkdir -p /sick/folder; virsh pool-create-as sick dir --target /sick");
    lab.guest("start", "web", "--disk", "vda=64M,full");
  }

  @AfterEach
  void everythingIsWell() {
    lab.folderDies("kvm-b");
    lab.on(
        "kvm-b",
        "sh",
        "-c",
        "umount /sick/folder; umount /sick; timeout 8 virsh undefine late;"
            + "timeout 8 virsh pool-destroy sick; rm -r /sick || :");
    lab.removeGuests();
  }

  private Service.Answer plan(String more) {
    return service.post("/v1/migration-plans", request(more));
  }

  private String request(String more) {
    return "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"]%s}"
        .formatted(lab.peer("kvm-b"), more);
  }

  /** A daemon has twenty workers; each call that waits for a pool takes one. */
  @Test
  void aPoolThatHangsCostsOnlyWhatLiesInIt() {
    lab.guest(
        "start", "other", "--on", "kvm-b", "--no-boot", "--disk", "vda=16M,path=/sick/other.raw");
    assertThat(plan("").body().get("possible").asBoolean()).isTrue();
    lab.hangFolder("kvm-b", "/sick/folder");
    lab.on("kvm-b", "sh", "-c", "virsh vol-info folder sick >/dev/null 2>&1 &");
    await().until(() -> !lab.succeedsOn("kvm-b", "timeout", "1", "virsh", "pool-list"));
    List<CompletableFuture<Service.Answer>> reads = new ArrayList<>();
    for (int reader = 0; reader < 30; reader++) {
      String more = reader % 3 == 0 ? INTO_THE_SICK_POOL : "";
      boolean plans = reader % 2 == 0;
      reads.add(CompletableFuture.supplyAsync(() -> plans ? plan(more) : service.get(DOMAINS)));
    }
    assertThat(reads)
        .allSatisfy(read -> {
          Service.Answer answer = read.join();
          assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        });
    JsonNode disk = service.get(DOMAINS + "/other").body().get("disks").get(0);
    assertThat(disk.get("reason").asString()).isEqualTo("its pool sick does not answer");
    JsonNode into = plan(INTO_THE_SICK_POOL).body();
    assertThat(into.get("possible").asBoolean()).isFalse();
    assertThat(into.toString()).contains("Pool sick of kvm-b does not answer, and its host does");
    service.awaitSuccess(service.migrate(request("")));
    assertThat(service.get("/v1/hosts/kvm-b").body().get("reachable").asBoolean()).isTrue();
    lab.folderDies("kvm-b");
    await()
        .until(() ->
            service.get(DOMAINS + "/other").body().get("disks").get(0).get("reason").isNull());
  }

  /** libvirt would open its image, with the domain locked, and list no domains until the end. */
  @Test
  void theImageOfADomainThatDoesNotRunIsNotOpened() {
    lab.guest(
        "start",
        "off",
        "--on",
        "kvm-b",
        "--no-boot",
        "--paused",
        "--disk",
        "vda=16M,path=/sick/off.raw");
    lab.guest("start", "idle", "--on", "kvm-b", "--no-boot", "--disk", "vda=16M");
    lab.on("kvm-b", "virsh", "pool-destroy", "sick");
    lab.hangFolder("kvm-b", "/sick");
    for (int again = 0; again < 6; again++) {
      Service.Answer all = service.get(DOMAINS);
      assertThat(all.status()).as(all.body().toString()).isEqualTo(200);
      assertThat(lab.succeedsOn("kvm-b", "timeout", "3", "virsh", "list", "--all")).isTrue();
    }
    assertThat(service.get("/v1/hosts/kvm-b").body().get("reachable").asBoolean()).isTrue();
    assertThat(plan("").body().get("possible").asBoolean()).isTrue();
    aLockedDomainStopsNoMigration();
    lab.folderDies("kvm-b");
    lab.on("kvm-b", "umount", "/sick");
  }

  /** Somebody else asks for what virt-ferry does not. */
  private void aLockedDomainStopsNoMigration() {
    String uuid = service.get(DOMAINS + "/off").body().get("uuid").asString();
    // One is locked that virt-ferry knows, and one that came since it listed them last.
    lab.on(
        "kvm-b",
        "sh",
        "-euc",
        """
        virsh dumpxml off | sed 's/<name>off/<name>late/; s/<uuid>.*/<uuid>%s<\\/uuid>/; /<mac /d' >/tmp/late.xml
        virsh define /tmp/late.xml
        virsh domblkinfo late vda >/dev/null 2>&1 &
        virsh domblkinfo off vda >/dev/null 2>&1 &
        """
            .formatted(LATE));
    await().until(() -> !lab.succeedsOn("kvm-b", "timeout", "1", "virsh", "list", "--all"));
    assertThat(service.get(DOMAINS).body().get("detail").asString())
        .contains("kvm-b answers, and does not tell of its domains now");
    JsonNode plan = plan("").body();
    assertThat(plan.get("possible").asBoolean()).as(plan.toString()).isTrue();
    assertThat(plan.get("checks").toString()).contains("what its domains named before");
    // libvirt 9.0 lets no guest arrive while a look-up waits for the one that is locked.
    for (String unlisted : new String[] {"nobody", "late", "nobody-else", LATE}) {
      assertThat(service.get(DOMAINS + "/" + unlisted).status()).as(unlisted).isEqualTo(503);
    }
    JsonNode off = service.get(DOMAINS + "/off").body();
    assertThat(off.get("detail").asString()).contains("does not tell of its domains now");
    assertThat(service.get(DOMAINS + "/" + uuid).status()).isEqualTo(503);
    assertThat(plan(",\"options\":{\"destinationName\":\"off\"}").status()).isEqualTo(503);
    assertThat(service.get(DOMAINS + "/idle").status()).as("it was listed").isEqualTo(200);
    service.awaitSuccess(service.migrate(request("")));
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
  }

  /** libvirt stops a pool that it can't read to its end, and can't start it before that is well. */
  @Test
  void aPlanStopsNoPoolInWhichSomethingIsDead() {
    lab.hangFolder("kvm-b", "/sick/folder");
    lab.folderDies("kvm-b");
    JsonNode plan = plan(INTO_THE_SICK_POOL).body();
    assertThat(lab.on("kvm-b", "virsh", "pool-list")).contains("sick");
    assertThat(plan.get("possible").asBoolean()).as(plan.toString()).isTrue();
    assertThat(plan.get("checks").toString())
        .contains("Pool sick of kvm-b is not read anew, as libvirt would stop it");
    assertThat(lab.succeedsOn("kvm-b", "virsh", "pool-refresh", "sick")).isFalse();
    assertThat(lab.on("kvm-b", "virsh", "pool-list")).as("as it would").doesNotContain("sick");
  }
}
