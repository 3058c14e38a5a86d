package dev.virtferry.host.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.ApiTest;
import dev.virtferry.libvirt.Asker;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.StoragePool;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

class HostApiTest extends ApiTest {

  private final DomainDescription web =
      Domains.running(
          "web-01",
          Domains.disk("vda").sized(64 * Domains.MIB, 5 * Domains.MIB),
          Domains.network("vdb"),
          Domains.cdrom("sda"));

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", web);
    hosts().show("kvm-a", Domains.running("db-01"), DomainState.SHUTOFF_SHUTDOWN);
  }

  @Test
  void listsTheHostsInTheOrderOfTheInventory() {
    hosts().cutOff("kvm-b");
    JsonNode items = get("/v1/hosts").get("items");
    assertThat(items.valueStream().map(host -> host.get("name").asString()))
        .containsExactly("kvm-a", "kvm-b", "kvm-c");
    assertThat(items.get(0).toString())
        .isEqualTo(
            """
            {"name":"kvm-a","destUri":"qemu+tls://kvm-a/system","reachable":true,\
            "libvirtVersion":"9.0.0","hypervisorVersion":"7.2.0","outgoing":0,"incoming":0}\
            """);
    assertThat(items.get(1).get("reachable").asBoolean()).isFalse();
    assertThat(items.get(1).get("libvirtVersion").isNull()).isTrue();
  }

  /** As where its QEMU was removed, or is being replaced. */
  @Test
  void listsAHostThatCanNotTellItsVersions() {
    hosts().refuse("kvm-b", new LibvirtFailure(1, 0, "Cannot find suitable emulator for x86_64"));
    JsonNode items = get("/v1/hosts").get("items");
    assertThat(items).hasSize(3);
    assertThat(items.get(1).get("reachable").asBoolean()).isTrue();
    assertThat(items.get(1).get("libvirtVersion").isNull()).isTrue();
    assertThat(items.get(2).get("libvirtVersion").asString()).isEqualTo("9.0.0");
  }

  @Test
  void readsAHostThatDoesNotAnswer() {
    hosts().cutOff("kvm-a");
    assertThat(get("/v1/hosts/kvm-a").get("reachable").asBoolean()).isFalse();
  }

  @Test
  void theHostIsAskedOnBehalfOfTheCaller() {
    get("/v1/hosts/kvm-a");
    assertThat(hosts().lastAsker("kvm-a")).isEqualTo(new Asker("token:test"));
    hosts().reset();
    get("/v1/hosts");
    assertThat(hosts().lastAsker("kvm-a")).isEqualTo(new Asker("token:test"));
  }

  @Test
  void listsDomainsByName() {
    JsonNode items = get("/v1/hosts/kvm-a/domains").get("items");
    assertThat(items.valueStream().map(d -> d.get("name").asString() + " " + d.get("state")))
        .containsExactly("db-01 \"SHUT_OFF\"", "web-01 \"RUNNING\"");
  }

  @Test
  void readsADomainByNameOrUuidWithWhatCanBeCopied() {
    JsonNode domain = get("/v1/hosts/kvm-a/domains/web-01");
    assertThat(get("/v1/hosts/kvm-a/domains/" + web.uuid())).isEqualTo(domain);
    assertThat(domain.get("disks").get(0).toString())
        .isEqualTo(
            """
            {"target":"vda","device":"disk","bus":"virtio","source":"/srv/vda.raw","format":"raw",\
            "capacityBytes":67108864,"allocationBytes":5242880,"readOnly":false,"shareable":false,\
            "shared":false,"copyable":true,"reason":null}\
            """);
    JsonNode shared = domain.get("disks").get(1);
    assertThat(shared.get("shared").asBoolean()).isTrue();
    assertThat(shared.get("copyable").asBoolean()).isFalse();
    assertThat(shared.get("reason").asString()).contains("on shared storage");
    JsonNode empty = domain.get("disks").get(2);
    assertThat(empty.get("source").isNull()).isTrue();
    assertThat(empty.get("capacityBytes").isNull()).isTrue();
  }

  @Test
  void seesThatANetworkFileSystemIsShared() {
    volumes().pool("kvm-a", new StoragePool("nfs", "netfs", "/srv", 0));
    JsonNode disk = get("/v1/hosts/kvm-a/domains/web-01").get("disks").get(0);
    assertThat(disk.get("shared").asBoolean()).isTrue();
    assertThat(disk.get("copyable").asBoolean()).isFalse();
  }

  @Test
  void aPoolThatHangsCostsTheDisksThatLieInIt() {
    volumes().pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    volumes().pool("kvm-a", new StoragePool("other", "dir", "/other", 0));
    volumes().hang("kvm-a", "other");
    assertThat(vda().get("copyable").asBoolean()).isTrue();
    volumes().hang("kvm-a", "images");
    assertThat(vda().get("copyable").asBoolean()).isFalse();
    assertThat(vda().get("reason").asString()).isEqualTo("its pool images does not answer");
    volumes().hideWhatHangs("kvm-a");
    assertThat(vda().get("reason").asString()).contains("keeps the others hidden");
    assertThat(get("/v1/hosts/kvm-a/domains").get("items")).hasSize(2);
  }

  private JsonNode vda() {
    return get("/v1/hosts/kvm-a/domains/web-01").get("disks").get(0);
  }

  @Test
  void answersForWhatIsNotThere() {
    assertProblem(exchange("/v1/hosts/nowhere"), 404, "host-not-found", null);
    assertProblem(exchange("/v1/hosts/nowhere/domains"), 404, "host-not-found", null);
    assertProblem(exchange("/v1/hosts/kvm-a/domains/no"), 404, "domain-not-found", null);
    assertProblem(
        exchange("/v1/hosts/kvm-a/domains/" + UUID.randomUUID()), 404, "domain-not-found", null);
  }

  @Test
  void answersThatAHostIsAwayWhenItsDomainsAreAskedFor() {
    hosts().cutOff("kvm-a");
    assertProblem(exchange("/v1/hosts/kvm-a/domains"), 503, "host-unreachable", null);
    assertProblem(exchange("/v1/hosts/kvm-a/domains/web-01"), 503, "host-unreachable", null);
  }

  private MvcTestResult exchange(String uri) {
    return http.get().uri(uri).exchange();
  }
}
