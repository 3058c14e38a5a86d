package dev.virtferry.lab;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What libvirt makes of each option. */
@LabTest
class OptionsIT {

  private final Lab lab;
  private final Service service;

  OptionsIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void noGuestIsLeft() {
    lab.removeGuests();
  }

  private static String other(String host) {
    return host.equals("kvm-a") ? "kvm-b" : "kvm-a";
  }

  private JsonNode migrate(String domain, String destination, String more, String options) {
    return service.awaitEnd(
        service.migrate(
            "{\"domain\":\"%s\",\"destUri\":\"%s\"%s,\"options\":{%s}}"
                .formatted(domain, lab.peer(destination), more, options)));
  }

  /** The parameters that the source's daemon logged for the domain's last migration. */
  private List<String> seenBy(String host, JsonNode migration) {
    String script =
        """
        awk -v uuid=%s '
          /virDomainMigratePerform3Params:/ && /uuid=/ { mine = index($0, uuid) > 0; if (mine) n = 0 }
          /virDomainMigratePerform3Params:/ && mine && /params\\[/ { sub(/.*params/, ""); seen[n++] = $0 }
          END { for (i = 0; i < n; i++) print seen[i] }' /var/log/libvirt/libvirtd.log
        """
            .formatted(migration.get("domain").get("uuid").asString());
    return lab.on(host, "sh", "-c", script).lines().toList();
  }

  private static List<String> shownAs(JsonNode migration) {
    List<String> shown = new ArrayList<>();
    for (JsonNode parameter : migration.get("parameters")) {
      shown.add(
          "[\"%s\"]=(%s)%s"
              .formatted(
                  parameter.get("name").asString(),
                  parameter.get("type").asString(),
                  parameter.get("value").asString()));
    }
    return shown;
  }

  @Test
  void libvirtTakesEachOptionAsItIsShown() {
    lab.guest("start", "web", "--shared", "vda=16M");
    Map<String, String> flagOf = new LinkedHashMap<>();
    flagOf.put("\"bandwidthMiBps\":500", "LIVE");
    flagOf.put("\"autoConverge\":{\"initial\":30,\"increment\":5}", "AUTO_CONVERGE");
    flagOf.put("\"postCopy\":true,\"bandwidthPostCopyMiBps\":400", "POSTCOPY");
    flagOf.put("\"parallelConnections\":2", "PARALLEL");
    flagOf.put(
        "\"compression\":{\"methods\":[\"XBZRLE\"],\"levels\":{\"xbzrleCacheBytes\":8388608}}",
        "COMPRESSED");
    flagOf.put("\"abortOnIoError\":true", "ABORT_ON_ERROR");
    flagOf.put("\"listenAddress\":\"0.0.0.0\"", "PEER2PEER");
    String source = "kvm-a";
    for (Map.Entry<String, String> option : flagOf.entrySet()) {
      String destination = other(source);
      JsonNode ended = migrate("web", destination, "", option.getKey());
      assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
      assertThat(ended.get("flags").toString()).contains("\"" + option.getValue() + "\"");
      assertThat(seenBy(source, ended)).as(option.getKey()).isEqualTo(shownAs(ended));
      source = destination;
    }
    lab.guest("wait-tick", "web", source, Long.toString(lab.tick("web", source)));
  }

  @Test
  void theDisksGoToTheirPort() {
    lab.guest("start", "web", "--disk", "vda=16M");
    JsonNode ended = migrate("web", "kvm-b", ",\"disks\":[\"vda\"]", "\"disksPort\":49500");
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
    assertThat(seenBy("kvm-a", ended)).isEqualTo(shownAs(ended));
  }

  @Test
  void aGuestThatIsToStartPausedStaysPaused() {
    lab.guest("start", "web", "--shared", "vda=16M");
    JsonNode ended = migrate("web", "kvm-b", "", "\"startPaused\":true");
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("DESTINATION");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b paused");
  }

  @Test
  void definitionsStayWhereTheyAreToldTo() {
    lab.guest("start", "web", "--shared", "vda=16M");
    JsonNode ended = migrate("web", "kvm-b", "", "\"undefineSource\":false");
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a shut off\nkvm-b running");
    lab.on("kvm-a", "virsh", "undefine", "web");

    JsonNode back = migrate("web", "kvm-a", "", "\"persist\":false");
    assertThat(back.get("state").asString()).as(back.toString()).isEqualTo("SUCCEEDED");
    assertThat(back.get("options").get("undefineSource").asBoolean()).isFalse();
    assertThat(lab.on("kvm-a", "virsh", "dominfo", "web")).containsPattern("Persistent: +no");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running\nkvm-b shut off");
  }

  @Test
  void aDomainTakesAnotherName() {
    lab.guest("start", "web", "--disk", "vda=16M");
    JsonNode ended =
        migrate("web", "kvm-b", ",\"disks\":[\"vda\"]", "\"destinationName\":\"web-moved\"");
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
    assertThat(lab.on("kvm-b", "virsh", "domstate", "web-moved")).isEqualTo("running");
    assertThat(lab.on("kvm-b", "virsh", "dumpxml", "--inactive", "web-moved"))
        .contains("<name>web-moved</name>");
    assertThat(lab.succeedsOn("kvm-b", "virsh", "domstate", "web")).isFalse();
    lab.on("kvm-a", "rm", "/srv/web-vda.raw");
    JsonNode back =
        migrate("web-moved", "kvm-a", ",\"disks\":[\"vda\"]", "\"destinationName\":\"web\"");
    assertThat(back.get("state").asString()).as(back.toString()).isEqualTo("SUCCEEDED");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  /** What libvirt's parser takes and the JDK's would not: it is the operator's own. */
  @Test
  void aDomainKeepsItsMetadataWhateverThatIs() {
    lab.guest("start", "web", "--disk", "vda=16M");
    String attributes =
        IntStream.range(100, 301)
            .mapToObj(number -> " a%s=\"x\"".formatted(number))
            .collect(joining());
    lab.on(
        "kvm-a",
        "virsh",
        "metadata",
        "web",
        "--live",
        "--config",
        "--uri",
        "urn:app",
        "--key",
        "app",
        "--set",
        "<many%s><b xmlns=\"\"/></many>".formatted(attributes));
    lab.on("kvm-b", "mkdir", "-p", "/srv/other");
    lab.on("kvm-b", "virsh", "pool-create-as", "other", "dir", "--target", "/srv/other");
    JsonNode ended =
        migrate(
            "web", "kvm-b", ",\"disks\":[\"vda\"],\"volumes\":{\"vda\":{\"pool\":\"other\"}}", "");
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
    for (String definition : List.of("", "--inactive")) {
      assertThat(lab.on("kvm-b", "sh", "-c", "virsh dumpxml web " + definition))
          .contains("a300=\"x\"", "b xmlns=\"\"", "/srv/other/");
    }
    lab.on("kvm-b", "virsh", "pool-destroy", "other");
  }
}
