package dev.virtferry.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Hosts that ask for a user and a password beside the certificate. */
@LabTest
@SuppressWarnings("NullAway.Init")
class SaslIT {

  private static final String PASSWORD = "wide-open-sesame-4711";
  private static final String WRONG = "not-the-sesame-0815";
  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");

  private static Path directory;
  private static Path log;
  private static Service service;

  private final Lab lab;

  SaslIT(Lab lab) {
    this.lab = lab;
  }

  @BeforeAll
  static void hostsThatAskForPasswords(Lab lab) throws IOException {
    directory = Files.createTempDirectory("virt-ferry-sasl");
    log = directory.resolve("service.log");
    Path password = Files.writeString(directory.resolve("password"), PASSWORD);
    for (String host : HOSTS) {
      lab.sasl(host, "ferry", password);
      lab.sasl(host, "hosts", password);
      lab.sasl(host, "stranger", password);
      lab.configureDaemon(
          host, "auth_tls = \"sasl\"", "sasl_allowed_username_list = [ \"ferry\", \"hosts\" ]");
      lab.on(
          host,
          "sh",
          "-c",
          "cat >/etc/libvirt/auth.conf <<'END'\n" + file("hosts", PASSWORD) + "END");
    }
    Files.delete(password);
    var rows = new HostRows().set("LOGGING_FILE_NAME", log.toString());
    for (String host : HOSTS) {
      add(lab, rows, host, host, file("ferry", PASSWORD));
    }
    add(lab, rows, "wrong-password", "kvm-b", file("ferry", WRONG));
    add(lab, rows, "unlisted", "kvm-b", file("stranger", PASSWORD));
    add(lab, rows, "no-credentials", "kvm-b", "");
    add(lab, rows, "no-file", "kvm-b", "");
    Files.delete(directory.resolve("no-file.conf"));
    // What libvirt asks us for it also frees: memory that is freed twice ends the process at once.
    rows.set("LD_PRELOAD", "libc_malloc_debug.so.0").set("MALLOC_CHECK_", "3");
    service = Service.start(Files.createDirectory(directory.resolve("data")), rows.environment());
  }

  private static String file(String user, String password) {
    return """
    [credentials-it]
    authname=%s
    password=%s
    [auth-libvirt-default]
    credentials=it
    """
        .formatted(user, password);
  }

  private static void add(Lab lab, HostRows rows, String name, String host, String authFile)
      throws IOException {
    String address = lab.address(host);
    String pki = lab.environment().get("LAB_DIR") + "/pki/service";
    Path auth = Files.writeString(directory.resolve(name + ".conf"), authFile);
    rows.add(
        name,
        "qemu+tls://%s/system?pkipath=%s&authfile=%s".formatted(address, pki, auth),
        "qemu+tls://%s/system".formatted(name),
        address);
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
      for (String host : HOSTS) {
        lab.on(host, "rm", "-f", "/etc/libvirt/auth.conf");
        lab.configureDaemon(host);
      }
    }
  }

  private static String request(String destination) {
    return "{\"domain\":\"web\",\"source\":\"kvm-a\",\"destUri\":\"qemu+tls://%s/system\",\"disks\":[\"vda\"]}"
        .formatted(destination);
  }

  @Test
  void theServiceAndTheHostsFindTheirPasswordsInFilesAndTellThemToNobody() throws IOException {
    lab.guest("start", "web", "--disk", "vda=16M");
    String id = service.migrate(request("kvm-b"));
    service.awaitSuccess(id);
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-b running");
    service.get("/v1/hosts/wrong-password/domains");
    for (String path : List.of("", "/history")) {
      tellsNoPassword(service.get("/v1/migrations/" + id + path).body().toString());
    }
    tellsNoPassword(service.get("/v1/hosts").body().toString());
    assertThat(Files.readString(log)).contains("wrong-password");
    tellsNoPassword(Files.readString(log));
    try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
      files.filter(Files::isRegularFile).forEach(SaslIT::tellsNoPassword);
    }
  }

  private static void tellsNoPassword(Path file) {
    try {
      tellsNoPassword(Files.readString(file, ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void tellsNoPassword(String words) {
    assertThat(words).doesNotContain(PASSWORD, WRONG);
  }

  private void turnedAway(String host, String words) throws IOException {
    long told = Files.size(log);
    for (Service.Answer answer :
        List.of(
            service.get("/v1/hosts/" + host + "/domains"),
            service.post("/v1/migrations", request(host)))) {
      assertThat(answer.status()).as(answer.body().toString()).isEqualTo(503);
      assertThat(answer.problem()).isEqualTo("host-unreachable");
      assertThat(answer.body().toString()).doesNotContainPattern("uthent|SASL|10[.]213");
    }
    assertThat(Files.readString(log).substring((int) told)).containsPattern(words);
  }

  @Test
  void whoeverIsNotKnownIsTurnedAway() throws IOException {
    lab.guest("start", "web", "--disk", "vda=16M");
    String refused = "do not trust one another.*authentication failed: ";
    turnedAway("wrong-password", refused + "authentication failed");
    turnedAway("unlisted", refused + "authentication failed");
    turnedAway("no-credentials", refused + "Failed to collect auth credentials");
    turnedAway("no-file", "when the authfile of the host's uri is not there");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }

  @LongForm(
      shortCase = "TlsIT.aDestinationThatTheSourceDoesNotTrustFailsTheMigrationInLibvirtsWords")
  @Test
  void aSourceWithoutCredentialsFailsTheMigrationInLibvirtsWords() {
    lab.guest("start", "web", "--disk", "vda=16M");
    lab.on("kvm-a", "mv", "/etc/libvirt/auth.conf", "/etc/libvirt/auth.away");
    try {
      JsonNode ended = service.awaitEnd(service.migrate(request("kvm-b")));
      assertThat(ended.get("state").asString()).isEqualTo("FAILED");
      assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
      assertThat(ended.get("error").get("libvirt").get("message").asString())
          .contains("authentication failed");
      assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/web-vda.raw")).isFalse();
    } finally {
      lab.on("kvm-a", "mv", "/etc/libvirt/auth.away", "/etc/libvirt/auth.conf");
    }
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
  }
}
