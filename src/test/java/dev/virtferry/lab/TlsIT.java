package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Certificates from the service to the hosts and from host to host, good ones and bad ones. */
@LabTest
@SuppressWarnings("NullAway.Init")
class TlsIT {

  private static final String COPY = ",\"disks\":[\"vda\"]";

  private static Path log;
  private static Service service;

  private final Lab lab;

  TlsIT(Lab lab) {
    this.lab = lab;
  }

  @BeforeAll
  static void aServiceThatGoesManyWays(Lab lab) throws IOException {
    Path directory = Files.createTempDirectory("virt-ferry-tls");
    log = directory.resolve("service.log");
    String addressOfA = lab.address("kvm-a");
    String addressOfB = lab.address("kvm-b");
    lab.on("kvm-a", "sh", "-c", "echo '%s elsewhere' >>/etc/hosts".formatted(addressOfB));
    String labDirectory = lab.environment().getOrDefault("LAB_DIR", "");
    Path pki = Path.of(labDirectory, "pki", "service");
    var rows =
        new HostRows()
            .set("LOGGING_FILE_NAME", log.toString())
            .add("kvm-a", tls(addressOfA, pki), "qemu+tls://kvm-a/system", addressOfA)
            .add("kvm-b", tls(addressOfB, pki), "qemu+tls://kvm-b/system", addressOfB)
            .add("misnamed", tls(addressOfB, pki), "qemu+tls://elsewhere/system", addressOfB);
    Path bare = Files.createDirectory(directory.resolve("bare"));
    Files.copy(pki.resolve("cacert.pem"), bare.resolve("cacert.pem"));
    lab.cert("client", directory.resolve("foreign").toString(), "--foreign");
    lab.cert("client", directory.resolve("expired").toString(), "--expired");
    lab.cert("client", directory.resolve("unlisted").toString(), "--name", "unlisted");
    for (String bad : new String[] {"bare", "foreign", "expired", "unlisted"}) {
      String peer = "qemu+tls://%s/system".formatted(bad);
      rows.add(bad, tls(addressOfB, directory.resolve(bad)), peer, addressOfB);
    }
    String socket =
        "qemu:///system?socket=/proc/%s/root/run/libvirt/libvirt-sock"
            .formatted(Files.readString(Path.of(labDirectory, "kvm-a", "pid")).strip());
    rows.add("by-socket", socket, "qemu+tls://%s/system".formatted(addressOfA), addressOfA);
    service = Service.start(directory, rows.environment());
  }

  private static String tls(String address, Path pki) {
    return "qemu+tls://%s/system?pkipath=%s".formatted(address, pki);
  }

  @AfterEach
  void noGuestIsLeft() {
    lab.removeGuests();
  }

  @AfterAll
  static void theHostsAreAsTheyWere(Lab lab) {
    try {
      service.close();
    } finally {
      lab.on(
          "kvm-a",
          "sh",
          "-c",
          "others=$(grep -v elsewhere /etc/hosts) && printf '%s\\n' \"$others\" >/etc/hosts");
    }
  }

  private static String request(String source, String destination) {
    return "{\"domain\":\"web\",\"source\":\"%s\",\"destUri\":\"qemu+tls://%s/system\"%s}"
        .formatted(source, destination, COPY);
  }

  private JsonNode migrated(String source, String destination) {
    return service.awaitEnd(service.migrate(request(source, destination)));
  }

  private void copiedTo(String host, JsonNode ended) {
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
    assertThat(lab.guest("where", "web")).isEqualTo(host + " running");
    assertThat(lab.guest("digest", "web", "vda", "kvm-b"))
        .isEqualTo(lab.guest("digest", "web", "vda", "kvm-a"));
  }

  private void nothingHappened(JsonNode ended, String words) {
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
    assertThat(ended.get("error").get("libvirt").get("message").asString()).containsPattern(words);
    assertThat(ended.get("cleanup").get(0).get("state").asString()).isEqualTo("DELETED");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/web-vda.raw")).isFalse();
    lab.guest("wait-tick", "web", "kvm-a", Long.toString(lab.tick("web", "kvm-a")));
  }

  /** Neither a read nor a migration reaches the host, and only the log tells why. */
  private void notTrusted(String host, String words) throws IOException {
    long told = Files.size(log);
    long migrations = service.get("/v1/migrations").body().get("items").size();
    Service.Answer read = service.get("/v1/hosts/" + host + "/domains");
    Service.Answer started = service.post("/v1/migrations", request("kvm-a", host));
    for (Service.Answer answer : new Service.Answer[] {read, started}) {
      assertThat(answer.status()).as(answer.body().toString()).isEqualTo(503);
      assertThat(answer.problem()).isEqualTo("host-unreachable");
      assertThat(answer.body().toString()).doesNotContainPattern("ertificate|pki|TLS|10[.]213");
    }
    assertThat(service.get("/v1/migrations").body().get("items").size()).isEqualTo(migrations);
    assertThat(Files.readString(log).substring((int) told)).containsPattern(words);
  }

  @Test
  void aMigrationGoesOverTlsFromTheServiceToTheHostsAndFromHostToHost() {
    lab.guest("start", "web", "--disk", "vda=32M");
    copiedTo("kvm-b", migrated("kvm-a", "kvm-b"));
  }

  @Test
  void aHostIsReachedByItsSocketAndDialsTheOthersByTls() {
    lab.guest("start", "web", "--disk", "vda=16M");
    copiedTo("kvm-b", migrated("by-socket", "kvm-b"));
  }

  @Test
  void aClientsCertificateThatIsWrongIsSeenBeforeAnythingStarts() throws IOException {
    lab.guest("start", "web", "--disk", "vda=16M");
    notTrusted("bare", "TLS confirmation.*turned our certificate down");
    notTrusted("foreign", "do not trust one another.*verify peer's certificate");
    notTrusted("expired", "client certificate .* has expired");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  @Test
  void aServersCertificateThatIsWrongIsNotTrusted() throws IOException {
    lab.guest("start", "web", "--disk", "vda=16M");
    try {
      for (String[] how : new String[][] {{"--name", "kvm-c"}, {"--expired"}}) {
        lab.cert(
            Stream.concat(Stream.of("server", "kvm-b"), Stream.of(how)).toArray(String[]::new));
        lab.configureDaemon("kvm-b", "tls_no_sanity_certificate = 1");
        notTrusted("kvm-b", "do not trust one another.*verify peer's certificate");
      }
    } finally {
      lab.cert("server", "kvm-b");
      lab.configureDaemon("kvm-b");
    }
    copiedTo("kvm-b", migrated("kvm-a", "kvm-b"));
  }

  @Test
  void aDestinationThatTheSourceDoesNotTrustFailsTheMigrationInLibvirtsWords() {
    lab.guest("start", "web", "--disk", "vda=16M");
    nothingHappened(migrated("kvm-a", "elsewhere"), "verify peer's certificate");
  }

  @Test
  void onlyListedCertificatesAreServed() throws IOException {
    lab.guest("start", "web", "--disk", "vda=16M");
    String list = "tls_allowed_dn_list = [ \"*CN=virt-ferry\" %s ]";
    try {
      lab.configureDaemon("kvm-b", list.formatted(""));
      notTrusted("unlisted", "TLS confirmation.*turned our certificate down");
      nothingHappened(migrated("kvm-a", "kvm-b"), "TLS confirmation");
      lab.configureDaemon("kvm-b", list.formatted(", \"*CN=kvm-a\""));
      copiedTo("kvm-b", migrated("kvm-a", "kvm-b"));
    } finally {
      lab.configureDaemon("kvm-b");
    }
  }
}
