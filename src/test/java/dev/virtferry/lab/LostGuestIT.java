package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Guests that die on the way, and guests that somebody else lays hands on. */
@LabTest
@Order(2)
class LostGuestIT {

  private final Lab lab;
  private final Service service;

  LostGuestIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void everythingIsWhole() {
    lab.link("kvm-a", "normal");
    lab.link("kvm-b", "normal");
    lab.removeGuests();
    for (String host : new String[] {"kvm-a", "kvm-b"}) {
      for (String name : new String[] {"web", "renamed"}) {
        lab.succeedsOn(host, "virsh", "destroy", name);
        lab.succeedsOn(host, "virsh", "undefine", name);
      }
    }
    shell("kvm-a", "[ ! -s /srv/loops ] || xargs -r losetup -d </srv/loops");
    shell("kvm-a", "rm -f /srv/loops /srv/block.img /dev/ferry-block");
  }

  private String shell(String host, String command) {
    return lab.on(host, "sh", "-euc", command);
  }

  private String migrate(String more) {
    return service.migrate(
        "{\"domain\":\"web\",\"destUri\":\"%s\"%s}".formatted(lab.peer("kvm-b"), more));
  }

  private String state(String host) {
    return lab.succeedsOn(host, "virsh", "domstate", "web")
        ? lab.on(host, "virsh", "domstate", "web", "--reason")
        : "absent";
  }

  /** Most of its memory is still at the source. */
  private String inPostCopy() {
    lab.guest("start", "web", "--disk", "vda=16M");
    lab.link("kvm-a", "slow", "30mbit");
    String id =
        migrate(
            ",\"disks\":[\"vda\"],\"options\":{\"postCopy\":true,\"bandwidthPostCopyMiBps\":1,"
                + "\"sourceVolumes\":\"DELETE\"}");
    service.awaitPhase(id, "MEMORY");
    service.post("/v1/migrations/" + id + "/complete", "{\"by\":\"POST_COPY\"}");
    service.awaitPhase(id, "POST_COPY");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> state("kvm-b").equals("running (post-copy)"));
    return id;
  }

  private JsonNode awaitAttention(String id) {
    return awaitAttention(id, "NEITHER");
  }

  private JsonNode awaitAttention(String id, String where) {
    JsonNode trouble =
        service.awaitThat(
            id,
            m ->
                m.get("state").asString().equals("NEEDS_ATTENTION")
                    && m.get("domainLocation").asString().equals(where));
    assertThat(trouble.get("state").asString()).isEqualTo("NEEDS_ATTENTION");
    return trouble;
  }

  /** No image is gone, no definition is gone, and only a person ends it. */
  private void nothingWasTouched(String id, JsonNode trouble) {
    assertThat(trouble.get("attention").get("advice").asString())
        .contains("start the guest anew")
        .contains("Nothing was undefined or deleted");
    assertThat(service.post("/v1/migrations/" + id + "/resume-post-copy", "").problem())
        .isEqualTo("migration-not-resumable");
    for (String host : new String[] {"kvm-a", "kvm-b"}) {
      lab.on(host, "test", "-s", "/srv/web-vda.raw");
      lab.on(host, "virsh", "dumpxml", "web");
      lab.succeedsOn(host, "virsh", "destroy", "web");
    }
    // libvirt may hold the domain for a job that never ends; the advice says what helps.
    lab.daemon("kvm-a", "kill");
    lab.daemon("kvm-a", "start");
    // Until then a host may be silent, as its libvirt held the domain.
    awaitAttention(id, "NEITHER");
    service.post("/v1/migrations/" + id + "/resolve", "{\"reason\":\"it is started anew\"}");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("NEITHER");
  }

  @Test
  void aGuestIsOnNeitherHostWhoseHalfAtTheSourceIsGone() {
    String id = inPostCopy();
    shell("kvm-a", "kill -KILL $(cat /run/libvirt/qemu/web.pid)");
    JsonNode trouble = awaitAttention(id);
    assertThat(trouble.get("attention").get("reason").asString())
        .contains("The source's half of the guest is gone")
        .contains("The source shows: shut off (crashed)");
    nothingWasTouched(id, trouble);
  }

  @Test
  void aGuestIsOnNeitherHostWhoseHalfAtTheDestinationIsGone() {
    String id = inPostCopy();
    shell("kvm-b", "kill -KILL $(cat /run/libvirt/qemu/web.pid)");
    JsonNode trouble = awaitAttention(id);
    assertThat(trouble.get("attention").get("reason").asString())
        .contains("The destination's half of the guest is gone");
    nothingWasTouched(id, trouble);
  }

  /** It looks like one that arrived paused; its disk is what was copied by then. */
  @Test
  void aGuestThatSomebodyStartedAtTheDestinationHasNotMoved() {
    lab.guest("start", "web", "--disk", "vda=16M");
    lab.link("kvm-a", "slow", "30mbit");
    String id =
        migrate(
            ",\"disks\":[\"vda\"],\"options\":{\"guardedSwitchover\":true,"
                + "\"sourceVolumes\":\"DELETE\"}");
    service.awaitPhase(id, "MEMORY");
    service.kill();
    shell("kvm-a", "virsh dumpxml --inactive web >" + definition());
    lab.on("kvm-a", "virsh", "destroy", "web");
    await().atMost(Duration.ofSeconds(30)).until(() -> state("kvm-b").equals("absent"));
    lab.on("kvm-b", "virsh", "define", definition());
    lab.on("kvm-b", "virsh", "start", "--paused", "web");
    service.start();
    JsonNode doubted = awaitAttention(id, "DESTINATION");
    assertThat(doubted.get("attention").get("reason").asString())
        .contains("nothing tells that all of it arrived");
    assertThat(state("kvm-b")).isEqualTo("paused (user)");
    assertThat(state("kvm-a")).isEqualTo("shut off (destroyed)");
    lab.on("kvm-a", "test", "-s", "/srv/web-vda.raw");
    lab.on("kvm-b", "virsh", "destroy", "web");
    lab.on("kvm-b", "virsh", "undefine", "web");
    assertThat(awaitAttention(id).get("attention").get("reason").asString())
        .contains("Nothing proves that it never left");
    JsonNode ended = resolved(id);
    assertThat(ended.get("domainLocation").asString()).isEqualTo("NEITHER");
    lab.on("kvm-a", "test", "-s", "/srv/web-vda.raw");
  }

  /** It has the UUID of the one that was to be moved, and its job and its images are others'. */
  @Test
  void aGuestThatSomebodyRenamesAndMovesIsNotTheOneThatWasToMove() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    String id =
        migrate(
            ",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":2,"
                + "\"sourceVolumes\":\"DELETE\"}");
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.kill();
    shell("kvm-a", "virsh destroy web; virsh domrename web renamed; virsh start renamed");
    await().until(() -> state("kvm-b").equals("absent"));
    shell(
        "kvm-a",
        "(virsh migrate --live --p2p --persistent --copy-storage-all --migrate-disks vda"
            + " --bandwidth 2 renamed "
            + lab.peer("kvm-b")
            + "; echo ended with $?) >/srv/by-hand 2>&1 &");
    await().until(() -> shell("kvm-a", "virsh domjobinfo renamed").contains("File processed"));
    service.start();
    service.post("/v1/migrations/" + id + "/cancel", "");
    JsonNode doubted = awaitAttention(id, "SOURCE");
    assertThat(doubted.get("attention").get("reason").asString()).contains("started there anew");
    lab.on("kvm-a", "virsh", "migrate-setspeed", "renamed", "1000");
    await().until(() -> shell("kvm-a", "cat /srv/by-hand").contains("ended"));
    assertThat(shell("kvm-a", "cat /srv/by-hand")).endsWith("ended with 0");
    assertThat(awaitAttention(id, "DESTINATION").get("attention").get("reason").asString())
        .contains("somebody else moved it");
    assertThat(resolved(id).get("cleanup").toString()).doesNotContain("DELETED");
    lab.on("kvm-a", "test", "-s", "/srv/web-vda.raw");
  }

  private JsonNode resolved(String id) {
    service.post("/v1/migrations/" + id + "/resolve", "{\"reason\":\"it is known\"}");
    return service.awaitEnd(id);
  }

  /** Its definition is kept; virt-ferry is down until the guest has arrived. */
  private String arrivedUnheard(String options) {
    lab.guest("start", "web", "--disk", "vda=16M,full");
    shell("kvm-a", "virsh dumpxml --inactive web >" + definition());
    lab.link("kvm-a", "slow", "100mbit");
    String id = migrate(",\"disks\":[\"vda\"],\"options\":{" + options + "}");
    // The phase is written down before libvirt is called.
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.kill();
    await().atMost(Duration.ofMinutes(2)).until(() -> state("kvm-b").equals("running (migrated)"));
    await().until(() -> !state("kvm-a").startsWith("paused"));
    return id;
  }

  /** What the run then hears of its own call is that the connection broke. */
  @LongForm(shortCase = "LostGuestIT.aGuestThatArrivedUnheardDidNotStopAtItsSource")
  @Test
  void aGuestThatArrivedWhileTheServiceWasHeldDidNotStopAtItsSource() {
    lab.guest("start", "web", "--disk", "vda=16M,full");
    String id =
        migrate(",\"disks\":[\"vda\"],\"options\":{\"undefineSource\":false,\"bandwidthMiBps\":8}");
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.freeze();
    try {
      lab.on("kvm-a", "virsh", "migrate-setspeed", "web", "1000");
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> state("kvm-b").equals("running (migrated)"));
      await().until(() -> !state("kvm-a").startsWith("paused"));
      lab.on("kvm-b", "virsh", "destroy", "web");
      lab.on("kvm-b", "virsh", "undefine", "web");
      lab.daemon("kvm-a", "set");
    } finally {
      service.thaw();
    }
    JsonNode doubted = awaitAttention(id);
    assertThat(doubted.get("attention").get("reason").asString())
        .contains("Nothing proves that it never left")
        .contains("The source shows: shut off (unknown)");
    nothingOfItIsDeleted(id);
    resolved(id);
  }

  private String definition() {
    return lab.environment().get("LAB_DIR") + "/guests/web/at-source.xml";
  }

  private void nothingOfItIsDeleted(String id) {
    service
        .migration(id)
        .get("cleanup")
        .forEach(entry -> assertThat(entry.toString()).doesNotContain("DELETED"));
    lab.on("kvm-a", "test", "-s", "/srv/web-vda.raw");
    lab.on("kvm-b", "test", "-s", "/srv/web-vda.raw");
  }

  @LongForm(shortCase = "LostGuestIT.aGuestThatArrivedUnheardDidNotStopAtItsSource")
  @Test
  void aGuestThatArrivedUnheardAndIsStartedAnewAtItsSourceNeedsAPerson() {
    String id = arrivedUnheard("");
    lab.on("kvm-b", "virsh", "destroy", "web");
    lab.on("kvm-b", "virsh", "undefine", "web");
    lab.on("kvm-a", "virsh", "define", definition());
    lab.on("kvm-a", "virsh", "start", "web");
    service.start();
    JsonNode doubted = awaitAttention(id, "SOURCE");
    assertThat(doubted.get("attention").get("reason").asString())
        .contains("not without a break")
        .contains("The source shows: running (booted)");
    assertThat(resolved(id).get("domainLocation").asString()).isEqualTo("SOURCE");
    nothingOfItIsDeleted(id);
  }

  /** A libvirtd that starts anew forgets that the domain left: it is shut off, and that is all. */
  @Test
  void aGuestThatArrivedUnheardDidNotStopAtItsSource() {
    String id = arrivedUnheard("\"undefineSource\":false");
    lab.on("kvm-b", "virsh", "destroy", "web");
    lab.on("kvm-b", "virsh", "undefine", "web");
    lab.daemon("kvm-a", "kill");
    lab.daemon("kvm-a", "start");
    service.start();
    JsonNode doubted = awaitAttention(id);
    assertThat(doubted.get("attention").get("reason").asString())
        .contains("Nothing proves that it never left")
        .contains("The source shows: shut off (unknown)");
    assertThat(resolved(id).get("domainLocation").asString()).isEqualTo("NEITHER");
    nothingOfItIsDeleted(id);
  }

  private void suspendAtTheSource() {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          lab.succeedsOn("kvm-a", "timeout", "2", "virsh", "suspend", "web");
          return state("kvm-a").equals("paused (migrating)");
        });
  }

  @Test
  void aGuestThatSomebodyPausedInTheCopyOfItsDisksIsSteeredAndCancelled() {
    lab.guest("start", "web", "--disk", "vda=64M,full", "--disk", "vdb=64M,full");
    String id = migrate(",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"bandwidthMiBps\":1}");
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    suspendAtTheSource();
    await()
        .during(Duration.ofSeconds(1))
        .until(() -> service.migration(id).get("phase").asString().equals("STORAGE"));
    assertThat(
            service
                .patch("/v1/migrations/" + id, "{\"options\":{\"maxDowntimeMillis\":500}}")
                .status())
        .isEqualTo(200);
    assertThat(service.post("/v1/migrations/" + id + "/complete", "{\"by\":\"SUSPEND\"}").status())
        .isEqualTo(202);
    assertThat(service.post("/v1/migrations/" + id + "/cancel", "").status()).isEqualTo(202);
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("CANCELLED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
  }

  @LongForm(
      shortCase = "LostGuestIT.aGuestThatSomebodyPausedInTheCopyOfItsDisksIsSteeredAndCancelled")
  @Test
  void aTimeoutEndsAMemoryCopyWhoseGuestSomebodyPaused() {
    lab.guest("start", "web", "--shared", "vda=16M");
    lab.link("kvm-a", "slow", "10mbit");
    String id = migrate(",\"options\":{\"timeout\":{\"seconds\":8,\"action\":\"CANCEL\"}}");
    service.awaitThat(id, m -> m.get("progress").get("memory").get("bytesDone").asLong() > 0);
    suspendAtTheSource();
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("error").get("type").asString()).endsWith(":time-limit");
    assertThat(ended.get("phase").asString()).isEqualTo("MEMORY");
  }

  private void stoppedAtItsSource(JsonNode ended, String... how) {
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("NEITHER");
    assertThat(ended.get("error").get("type").asString()).endsWith(":domain-not-running");
    assertThat(ended.get("error").get("detail").asString()).containsAnyOf(how);
    assertThat(state("kvm-b")).isEqualTo("absent");
  }

  /** libvirt 9.0 notices, or not, or dies of it; the advice says what helps, and it does. */
  @Test
  void aGuestThatPowersItselfOffInTheCopyIsOnNeitherHost() {
    lab.guest("start", "web", "--disk", "vda=64M,full", "--button", "poweroff");
    String id = migrate(",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":2}");
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    lab.guest("press", "web", "kvm-a");
    JsonNode seen = service.awaitThat(id, m -> !m.get("attention").isNull());
    if (!Service.ended(seen)) {
      assertThat(seen.get("attention").get("advice").asString())
          .containsAnyOf("restart libvirtd at the source", "Bring the host or its network back");
      lab.daemon("kvm-a", "set");
    }
    stoppedAtItsSource(service.awaitEnd(id), "powered itself off", "or libvirt there did");
  }

  /** Nothing of it is left at the destination, so nothing bars the next try. */
  private void destroyedInTheCopy(String how) {
    String id = migrate(",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":2}");
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    lab.on("kvm-a", "virsh", "destroy", "web");
    JsonNode ended = service.awaitEnd(id);
    stoppedAtItsSource(ended, how);
    assertThat(ended.get("phase").asString()).isEqualTo("STORAGE");
    assertThat(ended.get("cleanup").toString()).contains("DELETED").doesNotContain("LEFT");
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/web-vda.raw")).isFalse();
    lab.on("kvm-a", "test", "-s", "/srv/web-vda.raw");
  }

  @Test
  void aGuestThatIsDestroyedInTheCopyIsMigratedAgainAfterItsNextStart() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    destroyedInTheCopy("destroyed at the source during the copy");
    lab.on("kvm-a", "virsh", "start", "web");
    service.awaitSuccess(migrate(",\"disks\":[\"vda\"]"));
  }

  /** Its source has nothing of it to ask. */
  @Test
  void aTransientGuestThatIsDestroyedInTheCopyIsOnNeitherHost() {
    lab.guest("start", "web", "--disk", "vda=64M,full", "--transient");
    destroyedInTheCopy("It was transient");
    assertThat(state("kvm-a")).isEqualTo("absent");
  }

  @Test
  void aGuestWhoseSourceLostItsPowerIsOnNeitherHost() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    String id = migrate(",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":2}");
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    lab.power("kvm-a", "off");
    JsonNode away = service.awaitThat(id, m -> m.get("state").asString().equals("RECOVERING"));
    assertThat(away.get("domainLocation").asString()).isEqualTo("UNKNOWN");
    lab.power("kvm-a", "on");
    stoppedAtItsSource(service.awaitEnd(id), "Its host went down");
  }

  @Test
  void aBlockDeviceThatTheDestinationLacksIsAMatterOfItsStorage() {
    shell(
        "kvm-a",
        "truncate -s 16M /srv/block.img; loop=$(losetup --find --show /srv/block.img);"
            + " echo $loop >/srv/loops; mknod /dev/ferry-block b 7 ${loop#/dev/loop}");
    lab.guest("start", "web", "--disk", "vda=16M,path=/dev/ferry-block");
    JsonNode ended = service.awaitEnd(migrate(",\"disks\":[\"vda\"]"));
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("error").get("type").asString())
        .as(ended.get("error").toString())
        .endsWith(":destination-storage");
    assertThat(ended.get("error").get("detail").asString()).contains("/dev/ferry-block");
  }
}
