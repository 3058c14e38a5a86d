package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What clients ask of a running job, on real hosts. */
@LabTest
@Order(2)
class SteeringIT {

  private static final String SLOWLY = ",\"disks\":[\"vda\"],\"options\":{\"bandwidthMiBps\":2}}";

  private final Lab lab;
  private final Service service;

  @TempDir Path directory = Path.of("target");

  SteeringIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void everythingIsWhole() {
    lab.link("kvm-a", "normal");
    lab.link("kvm-b", "normal");
    lab.guest("remove", "web");
  }

  private String migrate(Service any, String more) {
    return any.migrate(
        "{\"domain\":\"web\",\"destUri\":\"%s\"%s".formatted(lab.peer("kvm-b"), more));
  }

  private static JsonNode retune(Service any, String id, String options) {
    Service.Answer answer =
        any.patch("/v1/migrations/" + id, "{\"options\":{%s}}".formatted(options));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private static boolean copies(JsonNode migration) {
    return migration.get("disks").get(0).get("bytesDone").asLong() > 0;
  }

  private String copyBandwidth() {
    return lab.on("kvm-a", "sh", "-c", "virsh blockjob web vda --info --raw | grep bandwidth");
  }

  @Test
  void theAnswerSaysWhereTheNewBandwidthReaches() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    String id = migrate(service, SLOWLY);
    service.awaitThat(id, SteeringIT::copies);
    JsonNode tuning = retune(service, id, "\"bandwidthMiBps\":100").get("tuning");
    boolean reached = copyBandwidth().endsWith("=100");
    assertThat(tuning.get("reach").asString()).isEqualTo(reached ? "EVERY_STREAM" : "MEMORY_ONLY");
    service.post("/v1/migrations/" + id + "/cancel", "");
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");
  }

  @Test
  void qemusMonitorReachesTheDiskCopiesWhereItIsSwitchedOn() {
    lab.guest("start", "web", "--disk", "vda=64M,full");
    Map<String, String> environment = new HashMap<>(lab.environment());
    environment.put("FERRY_QEMUMONITOR", "true");
    try (Service other = Service.start(directory, environment)) {
      String id = migrate(other, SLOWLY);
      other.awaitThat(id, SteeringIT::copies);
      JsonNode retuned = retune(other, id, "\"bandwidthMiBps\":100,\"maxDowntimeMillis\":900");
      assertThat(retuned.get("tuning").get("reach").asString()).isEqualTo("EVERY_STREAM");
      assertThat(retuned.get("options").get("maxDowntimeMillis").asLong()).isEqualTo(900);
      other.awaitSuccess(id);
      lab.guest("remove", "web");
      tellsWhatOnlyQemuKnows(other);
    }
  }

  /** Whoever may ask QEMU tells in a plan what no definition shows. */
  private void tellsWhatOnlyQemuKnows(Service asking) {
    lab.guest("start", "web", "--shared", "vda=16M", "--no-boot");
    String device =
        "<qemu:commandline><qemu:arg value='-object'/>"
            + "<qemu:arg value='memory-backend-ram,id=ring,size=1M,share=on'/>"
            + "<qemu:arg value='-device'/><qemu:arg value='ivshmem-plain,memdev=ring,addr=0x1e'/>"
            + "</qemu:commandline></domain>";
    String xml =
        lab.on("kvm-a", "virsh", "dumpxml", "--inactive", "web")
            .replace("<domain ", "<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0' ")
            .replace("</domain>", device);
    lab.on(
        "kvm-a",
        "sh",
        "-euc",
        "printf %s \"$1\" >/tmp/web.xml; virsh define /tmp/web.xml; virsh start web",
        "sh",
        xml);
    String body = "{\"domain\":\"web\",\"destUri\":\"%s\"}".formatted(lab.peer("kvm-b"));
    JsonNode unasked = service.post("/v1/migration-plans", body).body();
    assertThat(unasked.get("possible").asBoolean()).isTrue();
    JsonNode plan = asking.post("/v1/migration-plans", body).body();
    assertThat(plan.get("problems").get(0).get("type").asString())
        .endsWith(":domain-not-migratable");
    assertThat(plan.get("problems").toString()).contains("Its QEMU does not migrate it: ");
    JsonNode ended = service.awaitEnd(service.migrate(body));
    assertThat(ended.get("error").get("type").asString()).endsWith(":domain-not-migratable");
    assertThat(ended.get("error").get("libvirt").get("code").asInt()).isEqualTo(55);
  }

  private String memoryCopyThatTakesLong(String options) {
    lab.guest("start", "web", "--shared", "vda=16M");
    lab.link("kvm-a", "slow", "3mbit");
    String id = migrate(service, ",\"options\":{%s}}".formatted(options));
    service.awaitThat(id, m -> m.get("progress").get("memory").get("bytesDone").asLong() > 0);
    return id;
  }

  private void complete(String id, String by) {
    assertThat(
            service
                .post("/v1/migrations/" + id + "/complete", "{\"by\":\"%s\"}".formatted(by))
                .status())
        .isEqualTo(202);
  }

  @Test
  void aSuspendedGuestGoesOnWhenItIsAcross() {
    String id = memoryCopyThatTakesLong("");
    long tick = lab.tick("web", "kvm-a");
    complete(id, "SUSPEND");
    service.awaitThat(id, _ -> lab.guest("where", "web").contains("kvm-a paused"));
    lab.link("kvm-a", "normal");
    service.awaitSuccess(id);
    lab.guest("wait-tick", "web", "kvm-b", Long.toString(tick));
  }

  /** It notices a dead link by libvirt's keepalive. */
  private boolean theSourceGaveUp() {
    return lab.on("kvm-a", "virsh", "domstate", "--reason", "web").contains("post-copy failed");
  }

  @Test
  void aPostCopyThatLostItsLinkGoesOnWhenItIsAskedTo() {
    String id = memoryCopyThatTakesLong("\"postCopy\":true");
    long tick = lab.tick("web", "kvm-a");
    complete(id, "POST_COPY");
    service.awaitThat(id, m -> m.get("phase").asString().equals("POST_COPY"));
    assertThat(service.post("/v1/migrations/" + id + "/cancel", "").problem())
        .isEqualTo("migration-not-cancellable");
    lab.link("kvm-b", "down");
    await().atMost(Duration.ofSeconds(90)).until(this::theSourceGaveUp);
    lab.link("kvm-b", "normal");
    JsonNode lost = service.awaitThat(id, m -> m.get("state").asString().equals("NEEDS_ATTENTION"));
    assertThat(lost.get("attention").get("advice").asString()).contains("resume-post-copy");
    lab.link("kvm-a", "normal");
    assertThat(service.post("/v1/migrations/" + id + "/resume-post-copy", "").status())
        .isEqualTo(202);
    service.awaitSuccess(id);
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
    lab.guest("wait-tick", "web", "kvm-b", Long.toString(tick));
  }
}
