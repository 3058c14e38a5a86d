package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The second in which a guest changes hosts, held open, with and without a guard. */
@LabTest
@Order(1)
class SwitchoverIT {

  private static final String GUARDED = ",\"options\":{\"guardedSwitchover\":true}";

  private final Lab lab;
  private final Service service;

  SwitchoverIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void everythingIsWhole() {
    lab.link("kvm-a", "normal");
    lab.link("kvm-b", "up");
    lab.removeGuests();
  }

  private String request(String more) {
    return "{\"domain\":\"web\",\"destUri\":\"%s\"%s}".formatted(lab.peer("kvm-b"), more);
  }

  private String state(String host) {
    return lab.succeedsOn(host, "virsh", "domstate", "web")
        ? lab.on(host, "virsh", "domstate", "web", "--reason")
        : "absent";
  }

  /**
   * A migration in the memory phase that goes on for long, until the link is set to normal. The
   * guest is quiet: without KVM, QEMU now and then loses a write of one that rewrites its memory.
   */
  private String inTheMemoryPhase(String more) {
    lab.guest("start", "web", "--shared", "vda=16M");
    lab.link("kvm-a", "slow", "30mbit");
    String id = service.migrate(request(more));
    service.awaitThat(id, m -> m.get("progress").get("memory").get("bytesDone").asLong() > 0);
    return id;
  }

  /** Cuts the link while the destination has everything and the source waits for its word. */
  private void cutInTheSwitchover() {
    lab.daemon("kvm-b", "stop");
    lab.link("kvm-a", "normal");
    awaitState("kvm-a", "paused (migrating)");
    await().atMost(Duration.ofSeconds(20)).until(this::theFinishIsAskedFor);
    lab.link("kvm-b", "down");
    lab.daemon("kvm-b", "cont");
    awaitState("kvm-a", "running (migration canceled)");
    lab.link("kvm-b", "up");
  }

  /**
   * The source's last request is in the stopped daemon's receive queue: a few kilobytes, where the
   * keepalive's are a few bytes. QEMU's own connection has bytes as well as long as memory arrives.
   */
  private boolean theFinishIsAskedFor() {
    String source = URI.create(lab.peer("kvm-a")).getHost();
    String toTheDaemon = "dst %s and sport = :16509".formatted(source);
    return lab.on("kvm-b", "ss", "-Htn", "state", "established", toTheDaemon)
        .lines()
        .mapToInt(line -> Integer.parseInt(line.strip().split(" +", 2)[0]))
        .anyMatch(bytes -> bytes > 500);
  }

  private void awaitState(String host, String state) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(() -> assertThat(state(host)).isEqualTo(state));
  }

  private JsonNode awaitAttention(String id) {
    return service.awaitThat(id, m -> m.get("state").asString().equals("NEEDS_ATTENTION"));
  }

  @Test
  void aGuardedGuestGoesOnCountingAtTheDestination() {
    lab.guest("start", "web", "--disk", "vda=16M");
    JsonNode ended =
        service.awaitSuccess(service.migrate(request(",\"disks\":[\"vda\"]" + GUARDED)));
    assertThat(ended.get("flags").toString()).contains("PAUSED");
    assertThat(state("kvm-b")).isEqualTo("running (unpaused)");
    lab.guest("wait-tick", "web", "kvm-b", Long.toString(lab.tick("web", "kvm-a")));
  }

  @Test
  void aGuardedGuestThatItsOwnerPausedStaysPaused() {
    lab.guest("start", "web", "--shared", "vda=16M", "--paused");
    service.awaitSuccess(service.migrate(request(GUARDED)));
    assertThat(state("kvm-b")).startsWith("paused (");
  }

  @Test
  void aGuardedGuestThatArrivedWithoutUsIsLetRunByTheNextService() {
    String id = inTheMemoryPhase(GUARDED);
    service.kill();
    lab.link("kvm-a", "normal");
    awaitState("kvm-b", "paused (user)");
    awaitState("kvm-a", "absent");
    service.start();
    service.awaitSuccess(id);
    assertThat(state("kvm-b")).isEqualTo("running (unpaused)");
    lab.guest("wait-tick", "web", "kvm-b", Long.toString(lab.tick("web", "kvm-a")));
  }

  @Test
  void aLinkCutInAGuardedSwitchoverLeavesOneRunningCopy() {
    String id = inTheMemoryPhase(GUARDED);
    cutInTheSwitchover();
    JsonNode trouble = awaitAttention(id);
    assertThat(trouble.get("domainLocation").asString()).isEqualTo("SOURCE");
    assertThat(trouble.get("attention").get("advice").asString())
        .contains("Destroy the destination's copy");
    assertThat(state("kvm-a")).isEqualTo("running (migration canceled)");
    assertThat(state("kvm-b")).isEqualTo("paused (user)");
    lab.guest("wait-tick", "web", "kvm-a", Long.toString(lab.tick("web", "kvm-a")));
    anOutOfDateCopyIsNotLetRun(id);
    endTheCopyAtTheDestination();
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("NEITHER");
    lab.on("kvm-a", "virsh", "dumpxml", "web");
  }

  /** Also when the guest that went on stops: what the destination holds is older. */
  private void anOutOfDateCopyIsNotLetRun(String id) {
    lab.on("kvm-a", "virsh", "destroy", "web");
    JsonNode trouble =
        service.awaitThat(id, m -> m.get("domainLocation").asString().equals("NEITHER"));
    assertThat(trouble.get("state").asString()).isEqualTo("NEEDS_ATTENTION");
    assertThat(trouble.get("attention").get("reason").asString()).contains("may have gone on");
    await().during(Duration.ofSeconds(2)).until(() -> state("kvm-b").equals("paused (user)"));
  }

  @Test
  void aLinkCutInAnUnguardedSwitchoverMakesTwoCopiesAndSaysSo() {
    String id = inTheMemoryPhase("");
    cutInTheSwitchover();
    JsonNode trouble = awaitAttention(id);
    assertThat(trouble.get("domainLocation").asString()).isEqualTo("BOTH");
    assertThat(trouble.get("attention").get("advice").asString()).contains("Decide which copy");
    assertThat(state("kvm-a")).isEqualTo("running (migration canceled)");
    assertThat(state("kvm-b")).startsWith("running (");
    Service.Answer late = service.post("/v1/migrations/" + id + "/cancel", "");
    assertThat(late.problem()).isEqualTo("migration-not-cancellable");
    endTheCopyAtTheDestination();
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("FAILED");
  }

  @LongForm(shortCase = "SwitchoverIT.aLinkCutInAnUnguardedSwitchoverMakesTwoCopiesAndSaysSo")
  @Test
  void aLinkCutInTheMemoryPhaseSaysThatTheGuestMayBeFrozenAndWhatToDo() {
    String id = inTheMemoryPhase("");
    lab.link("kvm-b", "down");
    JsonNode trouble = service.awaitThat(id, m -> !m.get("attention").isNull());
    assertThat(trouble.get("state").asString()).isEqualTo("RECOVERING");
    assertThat(trouble.get("domainLocation").asString()).isEqualTo("UNKNOWN");
    assertThat(trouble.get("phase").asString()).isEqualTo("MEMORY");
    assertThat(trouble.get("attention").get("reason").asString())
        .contains("kvm-b")
        .contains("the guest may be frozen");
    assertThat(trouble.get("attention").get("advice").asString()).contains("ss -K");
    await().atMost(Duration.ofSeconds(90)).until(() -> !jobRuns());
    lab.link("kvm-b", "up");
    lab.link("kvm-a", "normal");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
    assertThat(ended.get("attention").isNull()).isTrue();
    lab.guest("wait-tick", "web", "kvm-a", Long.toString(lab.tick("web", "kvm-a")));
  }

  private boolean jobRuns() {
    return lab.on("kvm-a", "virsh", "domjobinfo", "web").contains("Unbounded");
  }

  private void endTheCopyAtTheDestination() {
    lab.on("kvm-b", "virsh", "destroy", "web");
    lab.on("kvm-b", "virsh", "undefine", "web");
  }
}
