package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.libvirt.DomainControl;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainJobs;
import dev.virtferry.libvirt.DomainQueries;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.StoragePool;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.json.JsonMapper;

/**
 * What hosts are asked for a migration of two disks, by the meter that counts it in the field.
 * Whoever adds a call to this list makes every migration slower. A look happens when something is
 * told, and not by the clock.
 */
@ServiceTest
@TestPropertySource(properties = "ferry.watch.interval=1h")
@BesideOthers
class LibvirtCallsTest {

  private static final JsonMapper JSON = new JsonMapper();
  private static final FakeHypervisor HOSTS = new FakeHypervisor();
  private static final FakeStorage VOLUMES = new FakeStorage();
  private static final SimpleMeterRegistry CALLS = new SimpleMeterRegistry();
  private static final Set<String> NAMES = Set.of("kvm-a", "kvm-b");

  @TestBean Hypervisor hypervisor;
  @TestBean Storage storage;

  @Autowired private MockMvcTester http;

  private final String name = "web-" + UUID.randomUUID();
  private final DomainDescription guest =
      Domains.running(name, Domains.ownDisk(name, "vda"), Domains.ownDisk(name, "vdb"));

  static Hypervisor hypervisor() {
    return new Hypervisor(
        MeasuredCalls.of(DomainQueries.class, HOSTS, NAMES, CALLS),
        MeasuredCalls.of(DomainJobs.class, HOSTS, NAMES, CALLS),
        MeasuredCalls.of(DomainControl.class, HOSTS, NAMES, CALLS));
  }

  static Storage storage() {
    return MeasuredCalls.of(Storage.class, VOLUMES, NAMES, CALLS);
  }

  @BeforeEach
  void aGuestWithTwoDisks() {
    HOSTS.reset();
    VOLUMES.reset();
    VOLUMES.pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    VOLUMES.pool("kvm-b", new StoragePool("images", "dir", "/srv", 1L << 40));
    HOSTS.put("kvm-a", guest);
    CALLS.clear();
  }

  @Test
  void forAPlan() {
    assertThat(post("/v1/migration-plans")).hasStatusOk();
    assertThat(calls())
        .isEqualTo(
            """
            kvm-a carried 2
            kvm-a describe 1
            kvm-a facts 1
            kvm-a identity 1
            kvm-a migrationBlockers 1
            kvm-a pools 1
            kvm-a readAnew 1
            kvm-a volume 3
            kvm-b acceptsCpu 1
            kvm-b acceptsMachineType 1
            kvm-b allPools 1
            kvm-b facts 1
            kvm-b glance 2
            kvm-b identity 1
            kvm-b namedFiles 1
            kvm-b pools 1
            kvm-b readAnew 1
            kvm-b volume 3
            """);
  }

  @Test
  void fromTheSubmissionToTheCallAndToTheEnd() {
    MvcTestResult accepted = post("/v1/migrations");
    assertThat(accepted).hasStatus(202);
    await()
        .untilAsserted(() ->
            assertThat(calls())
                .as("until libvirt is called, and the first look")
                .isEqualTo(
                    """
                    kvm-a blockJobs 2
                    kvm-a carried 4
                    kvm-a checkpoints 1
                    kvm-a condition 1
                    kvm-a describe 4
                    kvm-a facts 2
                    kvm-a identity 2
                    kvm-a job 1
                    kvm-a migrationBlockers 2
                    kvm-a pools 2
                    kvm-a readAnew 2
                    kvm-a volume 6
                    kvm-a watch 1
                    kvm-b acceptsCpu 2
                    kvm-b acceptsMachineType 2
                    kvm-b allPools 2
                    kvm-b condition 1
                    kvm-b create 2
                    kvm-b facts 2
                    kvm-b glance 4
                    kvm-b identity 2
                    kvm-b namedFiles 2
                    kvm-b pools 2
                    kvm-b readAnew 2
                    kvm-b shrink 2
                    kvm-b stands 2
                    kvm-b volume 14
                    kvm-b watch 1
                    """));
    CALLS.clear();
    HOSTS.show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    HOSTS.remove("kvm-a", guest.uuid());
    HOSTS.endCall(guest.uuid());
    String path = String.valueOf(accepted.getResponse().getHeader("Location"));
    await().until(() -> state(path).equals("SUCCEEDED"));
    assertThat(calls())
        .as("for the end")
        .isEqualTo(
            """
            kvm-a condition 2
            kvm-a migrate 1
            kvm-b completedJob 1
            kvm-b condition 2
            kvm-b describe 1
            """);
  }

  private String state(String path) {
    MvcTestResult read = http.get().uri(path).exchange();
    return JSON.readTree(read.getResponse().getContentAsByteArray()).get("state").asString();
  }

  private MvcTestResult post(String uri) {
    return http.post()
        .uri(uri)
        .contentType(MediaType.APPLICATION_JSON)
        .content(
            """
            {"domain":"%s","source":"kvm-a","destUri":"qemu+tls://kvm-b/system","disks":["vda","vdb"]}
            """
                .formatted(name))
        .exchange();
  }

  /** Such as {@code kvm-a facts 2}, a line for each, in the order of their names. */
  private static String calls() {
    Map<String, Long> counts =
        CALLS.getMeters().stream()
            .filter(Timer.class::isInstance)
            .map(Timer.class::cast)
            .collect(
                Collectors.groupingBy(
                    call -> call.getId().getTag("host") + " " + call.getId().getTag("call"),
                    TreeMap::new,
                    Collectors.summingLong(Timer::count)));
    return counts.entrySet().stream()
        .map(call -> call.getKey() + " " + call.getValue())
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
