package dev.virtferry.migration.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.ApiTest;
import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.Hindrance;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;

class PlanApiTest extends ApiTest {

  private static final String TO_B = "\"destUri\":\"qemu+tls://kvm-b/system\"";

  private final DomainDescription guest =
      Domains.running(
          "plan-01",
          Domains.disk("vda"),
          Domains.disk("vdb"),
          Domains.network("vdc"),
          Domains.cdrom("sda"));

  @BeforeEach
  void aGuestOnKvmA() {
    hosts().reset();
    volumes().reset();
    hosts().put("kvm-a", guest);
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * Domains.MIB));
    volumes().pool("kvm-b", new StoragePool("fast", "dir", "/fast", 1024 * Domains.MIB));
  }

  private MvcTestResult ask(String more) {
    return post("/v1/migration-plans", "{\"domain\":\"plan-01\"," + TO_B + more + "}");
  }

  private JsonNode plan(String more) {
    MvcTestResult result = ask(more);
    assertThat(result).hasStatusOk();
    return body(result);
  }

  /** A plan without disks, where no pool tells that they can't stay behind. */
  private JsonNode plain(String more) {
    volumes().withoutPools("kvm-b");
    return plan(more);
  }

  private static List<String> actions(JsonNode plan) {
    return plan.get("disks")
        .valueStream()
        .map(disk -> disk.get("target").asString() + " " + disk.get("action").asString())
        .toList();
  }

  private static List<String> problems(JsonNode plan) {
    return plan.get("problems")
        .valueStream()
        .map(p ->
            p.get("type").asString().replace("urn:virt-ferry:problem:", "")
                + " "
                + p.get("errors").get(0).get("pointer").asString())
        .toList();
  }

  @Test
  void tellsWhatAMigrationWouldDoAndDoesNothing() {
    JsonNode plan = plan(",\"disks\":[\"vdb\",\"vda\"],\"options\":{\"bandwidthMiBps\":32}");
    assertThat(plan.get("possible").asBoolean()).isTrue();
    assertThat(plan.get("problems").isEmpty()).isTrue();
    assertThat(actions(plan)).containsExactly("vda COPY", "vdb COPY", "vdc SHARED", "sda SKIPPED");
    assertThat(plan.get("bytesToCopy").asLong()).isEqualTo(128 * Domains.MIB);
    assertThat(plan.get("bytesToCopyAtMost").asLong()).isEqualTo(128 * Domains.MIB);
    assertThat(plan.get("estimateSeconds").asLong()).isEqualTo(2 + 4);
    assertThat(plan.get("disks").get(0).get("volume").toString())
        .isEqualTo(
            """
            {"action":"CREATE","path":"/srv/vda.raw","pool":"images","name":"vda.raw",\
            "format":"raw","capacityBytes":67108864,"poolFreeBytes":1073741824,"backing":null}\
            """);
    assertThat(plan.get("parameters").valueStream().map(p -> p.get("value").asString()).limit(2))
        .containsExactly("vdb", "vda");
    assertThat(plan.get("virsh").asString())
        .isEqualTo(
            "virsh -c qemu+tls://kvm-a/system migrate --live --p2p --persistent --undefinesource"
                + " --copy-storage-all --migrate-disks vdb,vda --migrateuri tcp://10.0.0.2"
                + " --bandwidth 32 --domain plan-01 --desturi qemu+tls://kvm-b/system");
    assertThat(plan.get("checks").valueStream().map(c -> c.get("outcome").asString()))
        .containsOnly("PASSED");
    assertThat(volumes().deeds()).isEmpty();
    assertThat(hosts().made()).isEmpty();
    assertThat(get("/v1/migrations?domain=plan-01").get("items").isEmpty()).isTrue();
  }

  @Test
  void tellsEveryOptionInOneObject() {
    JsonNode plan =
        plan(
            ",\"disks\":[\"vdb\",\"vda\"],\"options\":{\"bandwidthMiBps\":32,"
                + "\"autoConverge\":{\"initial\":20},\"timeout\":{\"seconds\":9}}");
    assertThat(plan.get("options").properties().stream().map(Object::toString))
        .containsSubsequence(
            """
            bandwidthMiBps=32
            bandwidthPostCopyMiBps=null
            maxDowntimeMillis=null
            autoConverge={"initial":20,"increment":null}
            postCopy=false
            parallelConnections=null
            compression=null
            zeroCopy=false
            tls=false
            tlsDestination=null
            destinationName=null
            persist=true
            undefineSource=true
            startPaused=false
            abortOnIoError=false
            listenAddress=null
            disksPort=null
            sourceVolumes="KEEP"
            overwrite="OWN"
            verifyBacking="SIZE"
            synchronousWrites=false
            detectZeroes=false
            guardedSwitchover=false
            timeout={"seconds":9,"action":"CANCEL"}
            """
                .split("\n"));
  }

  @Test
  void tellsWhatStandsAtThePlaceOfEachCopy() {
    image("vda.raw", 0);
    image("vdb.raw", 5 * Domains.MIB);
    JsonNode plan = plan(",\"disks\":[\"vda\",\"vdb\"]");
    assertThat(images(plan)).containsExactly("EMPTY", "FOREIGN", "null", "null");
    assertThat(problems(plan)).containsExactly("destination-storage #/disks/1");
    assertThat(actions(plan)).contains("vdb BLOCKED");
    JsonNode any = plan(",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"overwrite\":\"ANY\"}");
    assertThat(any.get("possible").asBoolean()).isTrue();
    assertThat(images(any)).containsExactly("EMPTY", "FOREIGN", "null", "null");
    assertThat(problems(plan(",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"overwrite\":\"NEVER\"}")))
        .containsExactly("destination-storage #/disks/0", "destination-storage #/disks/1");
  }

  @Test
  void saysThatNobodyCanTellWhatIsThereWhereNoPoolShowsIt() {
    volumes().withoutPools("kvm-b");
    JsonNode plan = plan(",\"disks\":[\"vda\",\"vdb\"]");
    assertThat(plan.get("possible").asBoolean()).isTrue();
    assertThat(images(plan)).startsWith("UNKNOWN_CONTENT", "UNKNOWN_CONTENT");
    assertThat(checks(plan))
        .contains("STORAGE UNKNOWN", "STORAGE UNKNOWN")
        .doesNotContain("STORAGE PASSED");
    assertThat(plan.get("checks").toString())
        .contains(
            "No active pool of kvm-b has /srv, so /srv/vda.raw has to be there; what it holds can't be told, and vda is copied over it");
    assertThat(problems(plan(",\"disks\":[\"vda\",\"vdb\"],\"options\":{\"overwrite\":\"NEVER\"}")))
        .containsExactly("destination-storage #/disks/0", "destination-storage #/disks/1");
  }

  @Test
  void leavesNoLocalDiskBehindWhereNoneIsNamed() {
    JsonNode plan = plan("");
    assertThat(plan.get("possible").asBoolean()).isFalse();
    assertThat(problems(plan))
        .containsExactly("disk-left-behind #/disks", "disk-left-behind #/disks");
    assertThat(actions(plan))
        .containsExactly("vda BLOCKED", "vdb BLOCKED", "vdc SHARED", "sda SKIPPED");
    assertThat(checks(plan))
        .contains("DISKS FAILED", "STORAGE PASSED")
        .doesNotContain("DISKS PASSED");
    assertProblem(
        post("/v1/migrations", "{\"domain\":\"plan-01\"," + TO_B + "}"),
        422,
        "disk-left-behind",
        "#/disks");
  }

  @Test
  void saysThatNobodyCanTellWhetherADiskStaysOnSharedStorage() {
    JsonNode plan = plain("");
    assertThat(plan.get("possible").asBoolean()).isTrue();
    assertThat(checks(plan))
        .containsOnlyOnce("STORAGE PASSED")
        .contains("DISKS UNKNOWN")
        .doesNotContain("DISKS PASSED");
    assertThat(plan.get("checks").toString())
        .contains(
            "Whether vda (/srv/vda.raw) is on storage that both hosts see can't be told",
            "no disk is copied");
  }

  private static List<String> checks(JsonNode plan) {
    return plan.get("checks")
        .valueStream()
        .map(check -> check.get("subject").asString() + " " + check.get("outcome").asString())
        .toList();
  }

  private void image(String name, long allocation) {
    volumes()
        .volume(
            "kvm-b",
            new StorageVolume(
                "images",
                name,
                "/srv/" + name,
                "raw",
                64 * Domains.MIB,
                allocation,
                0,
                null,
                null,
                false,
                null,
                null));
  }

  private static List<String> images(JsonNode plan) {
    return plan.get("disks")
        .valueStream()
        .map(disk -> disk.get("destinationImage").asString("null"))
        .toList();
  }

  @Test
  void planIsWhatIsAcceptedThen() {
    String more = ",\"disks\":[\"vda\",\"vdb\"]";
    JsonNode plan = plan(more);
    JsonNode accepted =
        body(post("/v1/migrations", "{\"domain\":\"plan-01\"," + TO_B + more + "}"));
    assertThat(accepted.get("parameters")).isEqualTo(plan.get("parameters"));
    assertThat(accepted.get("flags")).isEqualTo(plan.get("flags"));
    assertThat(accepted.get("options")).isEqualTo(plan.get("options"));
    assertProblem(ask(more), 409, "migration-in-progress", "#/domain");
    org.awaitility.Awaitility.await()
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return !get("/v1/migrations/" + accepted.get("id").asString()).get("endedAt").isNull();
        });
  }

  @Test
  void namesEverythingThatIsInTheWay() {
    hosts().put("kvm-b", Domains.running("plan-01"));
    hosts().hinder(guest.uuid(), "It has 1 snapshots; delete them first.");
    hosts()
        .machines(
            "kvm-b", new Acceptance(Acceptance.Answer.NO, "the machine 'pc-9' is not supported"));
    JsonNode plan =
        plan(
            ",\"source\":\"kvm-a\",\"disks\":[\"vda\",\"sda\"],\"options\":{\"detectZeroes\":true}");
    assertThat(plan.get("possible").asBoolean()).isFalse();
    assertThat(problems(plan))
        .containsExactly(
            "domain-not-migratable #/domain",
            "destination-conflict #/destUri",
            "domain-not-migratable #/destUri",
            "disk-not-copyable #/disks/1",
            "disk-left-behind #/disks",
            "option-not-supported #/options/detectZeroes");
    assertThat(actions(plan))
        .containsExactly("vda COPY", "vdb BLOCKED", "vdc SHARED", "sda BLOCKED");
    assertThat(plan.get("parameters").isNull()).isTrue();
    assertThat(plan.get("virsh").isNull()).isTrue();
  }

  @Test
  void saysWhatAHostCantTell() {
    hosts()
        .machines("kvm-b", new Acceptance(Acceptance.Answer.UNKNOWN, "not supported by the host"));
    JsonNode plan = plan(",\"disks\":[\"vda\",\"vdb\"]");
    assertThat(plan.get("possible").asBoolean()).isTrue();
    assertThat(plan.get("checks").toString())
        .contains(
            "{\"subject\":\"MACHINE_TYPE\",\"outcome\":\"UNKNOWN\",\"detail\":\"not supported");
  }

  @Test
  void sendsDisksToOtherPlaces() {
    JsonNode plan =
        plan(
            ",\"copy\":\"FULL\",\"volumes\":{\"vda\":{\"pool\":\"fast\",\"name\":\"root.raw\"},"
                + "\"vdb\":{\"pool\":\"fast\"}}");
    assertThat(problems(plan)).isEmpty();
    assertThat(plan.get("disks").get(0).get("volume").get("path").asString())
        .isEqualTo("/fast/root.raw");
    assertThat(plan.get("disks").get(1).get("volume").get("path").asString())
        .isEqualTo("/fast/vdb.raw");
    assertThat(plan.get("parameters").toString())
        .contains("destination_xml", "<domain>LIVE open {")
        .contains("persistent_xml", "<domain>PERSISTENT open {")
        .doesNotContain("secret");
    assertThat(plan.get("virsh").asString())
        .contains("--xml plan-01.xml --persistent-xml plan-01-persistent.xml");
  }

  /** Each answer has it, and each change of the migration is stored with it. */
  @Test
  void aDefinitionOfMegabytesIsNotKept() {
    hosts().metadata(guest.uuid(), "<!--" + "x".repeat(300_000) + "-->");
    assertProblem(
        ask(
            ",\"copy\":\"FULL\",\"volumes\":{\"vda\":{\"pool\":\"fast\"},\"vdb\":{\"pool\":\"fast\"}}"),
        422,
        "domain-not-migratable",
        "#/domain");
    assertThat(plan(",\"copy\":\"FULL\"").get("virsh").isNull()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "volumes":{"vda":{"pool":"nope"}}                    | destination-storage #/volumes/vda/pool
          "volumes":{"vdc":{"pool":"fast"}}                    | destination-storage #/volumes/vdc
          "volumes":{"vdb":{"pool":"images","name":"vda.raw"}} | destination-storage #/disks/1
          "options":{"detectZeroes":true}                      | option-not-supported #/options/detectZeroes
          "options":{"postCopy":true,"guardedSwitchover":true} | option-not-supported #/options/guardedSwitchover
          "options":{"timeout":{"seconds":9,"action":"POST_COPY"}} | option-not-supported #/options/timeout/action
          """)
  void refusesAndPointsAtTheField(String more, String problem) {
    assertThat(problems(plan(",\"disks\":[\"vda\",\"vdb\"]," + more))).containsExactly(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "volumes":{"vda":{}}                                | #/volumes/vda/pool
          "volumes":{"vda":{"pool":"p","name":"../x"}}        | #/volumes/vda/name
          "volumes":{"vda":{"pool":"p","name":".."}}          | #/volumes/vda/name
          "volumes":{"vda":{"pool":"p","name":""}}            | #/volumes/vda/name
          "volumes":{"vda":{"pool":"p","name":"a\\nb"}}       | #/volumes/vda/name
          "volumes":{"vda":{"pool":"p","xml":"<domain/>"}}    | #/volumes/vda/xml
          "volumes":[]                                        | #/volumes
          "options":{"sourceVolumes":"SHRED"}                 | #/options/sourceVolumes
          "options":{"synchronousWrites":"yes"}               | #/options/synchronousWrites
          """)
  void doesNotUnderstand(String more, String pointer) {
    assertProblem(ask("," + more), 400, "invalid-request", pointer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "postCopy":true,"startPaused":true                            | startPaused
          "bandwidthPostCopyMiBps":9                                    | bandwidthPostCopyMiBps
          "tlsDestination":"kvm-b"                                      | tlsDestination
          "zeroCopy":true                                               | zeroCopy
          "zeroCopy":true,"parallelConnections":2,"tls":true            | zeroCopy
          "compression":{"methods":["XBZRLE","XBZRLE"]}                 | compression/methods/1
          "compression":{"methods":["MT"]},"parallelConnections":2      | compression/methods/0
          "compression":{"methods":["ZSTD"]},"parallelConnections":2    | compression
          "undefineSource":true,"persist":false                         | undefineSource
          "disksPort":49500                                             | disksPort
          """)
  void refusesCombinationsBeforeLibvirtDoes(String options, String pointer) {
    JsonNode plan = plain(",\"options\":{%s}".formatted(options));
    assertThat(problems(plan)).containsExactly("option-not-supported #/options/" + pointer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "autoConverge":{"initial":0}                            | autoConverge/initial
          "autoConverge":{"increment":100}                        | autoConverge/increment
          "parallelConnections":0                                 | parallelConnections
          "compression":{}                                        | compression/methods
          "compression":{"methods":[]}                            | compression/methods
          "compression":{"methods":["LZ4"]}                       | compression/methods/0
          "compression":{"methods":["MT"],"levels":{"mt":10}}     | compression/levels/mt
          "listenAddress":"kvm-b"                                 | listenAddress
          "listenAddress":"10.0.0.256"                            | listenAddress
          "listenAddress":"10.0.0"                                | listenAddress
          "tlsDestination":"a/b"                                  | tlsDestination
          "destinationName":"a/b"                                 | destinationName
          "destinationName":""                                    | destinationName
          "disksPort":65536                                       | disksPort
          "persist":"yes"                                         | persist
          """)
  void understandsNoOptionOutOfItsRange(String options, String pointer) {
    assertProblem(
        ask(",\"options\":{%s}".formatted(options)),
        400,
        "invalid-request",
        "#/options/" + pointer);
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.2", "0.0.0.0", "::", "fd00::1", "2001:db8:0:0:0:0:0:1"})
  void understandsAddresses(String address) {
    assertThat(problems(plain(",\"options\":{\"listenAddress\":\"%s\"}".formatted(address))))
        .containsExactly();
  }

  @ParameterizedTest
  @CsvSource({"sourceVolumes,\"DELETE\"", "synchronousWrites,true", "detectZeroes,true"})
  void wantsDisksForWhatIsAboutDisks(String option, String value) {
    JsonNode plan = plain(",\"options\":{\"%s\":%s}".formatted(option, value));
    assertThat(problems(plan)).containsExactly("option-not-supported #/options/" + option);
  }

  @Test
  void sendsWhatANewerLibvirtKnows() {
    hosts().version("kvm-a", 10_009_000);
    hosts().version("kvm-b", 11_000_000);
    assertThat(plan(",\"copy\":\"FULL\",\"options\":{\"detectZeroes\":true}").get("possible"))
        .as("none of the disks unmaps, so there is nothing to send")
        .hasToString("true");
    hosts().version("kvm-b", 7_000_000);
    assertThat(problems(plan(",\"copy\":\"FULL\",\"options\":{\"synchronousWrites\":true}")))
        .containsExactly("option-not-supported #/options/synchronousWrites");
  }

  private static List<String> fields(JsonNode plan) {
    return problems(plan).stream()
        .map(problem -> problem.replace("option-not-supported #/options/", ""))
        .toList();
  }

  @Test
  void namesEveryOptionThatDoesNotGoWithOthersInOneOrder() {
    JsonNode plan =
        plain(
            """
            ,"options":{"undefineSource":true,"persist":false,"sourceVolumes":"DELETE",\
            "disksPort":1,"detectZeroes":true,"synchronousWrites":true,"tls":true,"zeroCopy":true,\
            "compression":{"methods":["MT","ZSTD","MT"]},"startPaused":true,\
            "guardedSwitchover":true,"postCopy":true}\
            """);
    assertThat(fields(plan))
        .containsExactly(
            "synchronousWrites",
            "detectZeroes",
            "disksPort",
            "sourceVolumes",
            "guardedSwitchover",
            "startPaused",
            "zeroCopy",
            "zeroCopy",
            "zeroCopy",
            "compression/methods/1",
            "compression/methods/2",
            "compression",
            "undefineSource");
  }

  @ParameterizedTest
  @ValueSource(longs = {5_000_000, 1_002_000})
  void namesEveryOptionThatAHostIsTooOldForTheOldestFirst(long version) {
    hosts().version("kvm-a", version);
    JsonNode plan =
        plan(
            """
            ,"copy":"FULL","options":{"detectZeroes":true,"synchronousWrites":true,\
            "compression":{"methods":["XBZRLE","ZLIB"],"levels":{"zstd":3}},"zeroCopy":true,\
            "parallelConnections":2,"timeout":{"seconds":9,"action":"POST_COPY"},\
            "tlsDestination":"kvm-b","bandwidthPostCopyMiBps":9,"bandwidthMiBps":9,\
            "autoConverge":{"initial":20},"listenAddress":"10.0.0.2","disksPort":49500,\
            "abortOnIoError":true}\
            """);
    assertThat(fields(plan))
        .containsExactly(
            "zeroCopy",
            "timeout/action",
            "bandwidthPostCopyMiBps",
            "tlsDestination",
            "compression/methods/0",
            "bandwidthPostCopyMiBps",
            "parallelConnections",
            "tlsDestination",
            "synchronousWrites",
            "zeroCopy",
            "compression",
            "detectZeroes");
    assertThat(plan.get("problems").get(11).get("detail").asString())
        .startsWith("detectZeroes needs libvirt 10.9.0 on both hosts, and one has ")
        .endsWith("; leave it out, or update that host.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "levels":{"zlib":1},"methods":["XBZRLE"] | true
          "methods":["ZLIB"]                       | false
          """)
  void holdsMethodsOfCompressionAgainstTheHostsAndNotTheirLevels(String given, boolean possible) {
    String parallel = possible ? "" : "\"parallelConnections\":2,";
    JsonNode plan = plain(",\"options\":{%s\"compression\":{%s}}".formatted(parallel, given));
    assertThat(plan.get("possible").asBoolean()).isEqualTo(possible);
  }

  @Test
  void showsEveryOptionInTheWordsOfVirsh() {
    hosts().version("kvm-a", 10_009_000);
    hosts().version("kvm-b", 10_009_000);
    String disks = ",\"disks\":[\"vdb\",\"vda\"],";
    assertThat(
            plan(disks
                    + """
                    "options":{"bandwidthMiBps":32,"bandwidthPostCopyMiBps":64,"postCopy":true,\
                    "autoConverge":{"initial":20,"increment":10},"parallelConnections":4,\
                    "compression":{"methods":["ZLIB","ZSTD"],"levels":{"zlib":1,"zstd":2}},\
                    "tls":true,"tlsDestination":"kvm-b.example","destinationName":"web 2",\
                    "listenAddress":"10.0.0.2","disksPort":49500,"abortOnIoError":true,\
                    "synchronousWrites":true}\
                    """)
                .get("virsh")
                .asString())
        .isEqualTo(
            "virsh -c qemu+tls://kvm-a/system migrate --live --p2p --persistent --undefinesource"
                + " --copy-storage-all --compressed --abort-on-error --auto-converge --postcopy"
                + " --tls --parallel --copy-storage-synchronous-writes --migrate-disks vdb,vda"
                + " --migrateuri tcp://10.0.0.2 --bandwidth 32 --postcopy-bandwidth 64"
                + " --auto-converge-initial 20 --auto-converge-increment 10"
                + " --parallel-connections 4 --comp-methods zlib,zstd --comp-zlib-level 1"
                + " --comp-zstd-level 2 --tls-destination kvm-b.example --dname 'web 2'"
                + " --listen-address 10.0.0.2 --disks-port 49500 --domain plan-01"
                + " --desturi qemu+tls://kvm-b/system");
    assertThat(
            plan(disks
                    + """
                    "options":{"persist":false,"startPaused":true,\
                    "compression":{"methods":["XBZRLE","MT"],"levels":{"mt":1,"mtThreads":8,\
                    "mtDecompressionThreads":2,"xbzrleCacheBytes":67108864}}}\
                    """)
                .get("virsh")
                .asString())
        .isEqualTo(
            "virsh -c qemu+tls://kvm-a/system migrate --live --p2p --suspend --copy-storage-all"
                + " --compressed --migrate-disks vdb,vda --migrateuri tcp://10.0.0.2"
                + " --comp-methods xbzrle,mt --comp-mt-level 1 --comp-mt-threads 8"
                + " --comp-mt-dthreads 2 --comp-xbzrle-cache 67108864 --domain plan-01"
                + " --desturi qemu+tls://kvm-b/system");
  }

  @Test
  void refusesWhatAMigrationRefuses() {
    assertProblem(
        post("/v1/migration-plans", "{\"domain\":\"plan-01\",\"destUri\":\"qemu:///system\"}"),
        422,
        "destination-not-allowed",
        "#/destUri");
    assertProblem(
        post("/v1/migration-plans", "{\"domain\":\"nobody\"," + TO_B + "}"),
        422,
        "domain-not-found",
        "#/domain");
    hosts().cutOff("kvm-b");
    assertProblem(ask(",\"source\":\"kvm-a\""), 503, "host-unreachable", null);
  }

  @Test
  void seesThatTheDomainIsThereAlready() {
    JsonNode plan =
        body(
            post(
                "/v1/migration-plans",
                "{\"domain\":\"plan-01\",\"destUri\":\"qemu+tls://kvm-a/system\"}"));
    assertThat(problems(plan)).contains("same-host #/destUri");
  }

  /** As two machines have that were cloned, and two rows that lead to one. */
  @Test
  void saysThatTwoHostsHaveOneIdentityAndWhatToSet() {
    UUID one = UUID.randomUUID();
    hosts().identify("kvm-a", one);
    hosts().identify("kvm-b", one);
    JsonNode plan = plan("");
    assertThat(problems(plan)).contains("same-host #/destUri");
    assertThat(plan.get("problems").toString())
        .contains("kvm-a and kvm-b have one host UUID")
        .contains("host_uuid")
        .doesNotContain("runs on that host already");
  }

  private JsonNode domainCheck(JsonNode plan) {
    return plan.get("checks")
        .valueStream()
        .filter(check -> check.get("subject").asString().equals("DOMAIN"))
        .findFirst()
        .orElseThrow();
  }

  /** The host that waits for it does not run it. */
  @ParameterizedTest
  @EnumSource(names = {"PAUSED_MIGRATION", "PAUSED_STARTING_UP"})
  void findsTheSourceOfADomainThatSomebodyElseMigrates(DomainState incoming) {
    hosts().show("kvm-b", guest, incoming);
    hosts().hinder(guest.uuid(), Hindrance.migrating());
    JsonNode plan = plan(",\"disks\":[\"vda\",\"vdb\"]");
    assertThat(problems(plan))
        .containsExactly("migration-in-progress #/domain", "destination-conflict #/destUri");
  }

  /** The same name that it has when libvirt refuses the call for that. */
  @Test
  void saysThatLibvirtMigratesTheDomainAlready() {
    hosts().hinder(guest.uuid(), Hindrance.refused("It is odd."), Hindrance.migrating());
    JsonNode plan = plan(",\"disks\":[\"vda\",\"vdb\"]");
    assertThat(problems(plan))
        .containsExactly("migration-in-progress #/domain", "domain-not-migratable #/domain");
  }

  @Test
  void goesOnWhereItCanNotTellWhetherADeviceHinders() {
    hosts().hinder(guest.uuid(), Hindrance.unknown("It has a vdpa interface."));
    JsonNode plan = plan(",\"disks\":[\"vda\",\"vdb\"]");
    assertThat(plan.get("possible").asBoolean()).isTrue();
    assertThat(domainCheck(plan).get("outcome").asString()).isEqualTo("UNKNOWN");
    assertThat(domainCheck(plan).get("detail").asString()).contains("vdpa");
  }

  @Test
  void saysOfAGuestThatIsPausedByAnErrorHowItArrives() {
    hosts().show("kvm-a", guest, DomainState.PAUSED_IOERROR);
    String disks = ",\"disks\":[\"vda\",\"vdb\"]";
    JsonNode plan = plan(disks);
    assertThat(plan.get("possible").asBoolean()).isTrue();
    assertThat(domainCheck(plan).get("detail").asString())
        .contains("paused (I/O error), and will arrive paused");

    JsonNode refused = plan(disks + ",\"options\":{\"abortOnIoError\":true}");
    assertThat(problems(refused)).containsExactly("domain-not-migratable #/domain");
    assertThat(refused.get("problems").toString()).contains("abortOnIoError");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"\\ud800\":1}",
        "{\"options\":{\"\\ud83d\\ud83d\":1}}",
        "{\"domain\":\"\\ud800\",\"destUri\":\"qemu+tls://kvm-b/system\"}",
        "{\"domain\":\"plan-01\\u0000\",\"destUri\":\"qemu+tls://kvm-b/system\"}",
        "{\"domain\":\"plan-01\",\"destUri\":\"qemu+tls://kvm-b/system\","
            + "\"options\":{\"destinationName\":\"web\\ud800\"}}",
        "{\"domain\":\"plan-01\",\"destUri\":\"qemu+tls://kvm-b/system\","
            + "\"volumes\":{\"\\ud800\":{\"pool\":\"fast\"}}}",
      })
  void refusesTextThatNoAnswerCouldRepeat(String body) {
    assertProblem(post("/v1/migration-plans", body), 400, "invalid-request", null);
  }

  @Test
  void cutsALongNameOfAFieldBetweenTwoCharacters() {
    String name = "x".repeat(79) + "\ud83d\ude80";
    assertProblem(ask(",\"" + name + "\":1"), 400, "invalid-request", "#/" + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a]b", "a[b", "[", "]", "'", "'a", "a'b", "a/b", "a b", "\\\"", "\\n", "größe"})
  void refusesWhatIsNoDiskTargetAsTheNameOfAVolume(String key) {
    MvcTestResult answer =
        ask(",\"disks\":[\"vda\"],\"volumes\":{\"" + key + "\":{\"pool\":\"\"}}");
    assertProblem(answer, 400, "invalid-request", null);
  }

  @Test
  void doesNotReadANameThatItWouldHaveToRemember() {
    MvcTestResult answer = ask(",\"" + "n".repeat(1_000) + "\":1");
    assertProblem(answer, 400, "invalid-request", null);
    assertThat(body(answer).get("detail").asString()).contains("too long");
  }
}
