package dev.virtferry.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code options.tls}: what QEMU sends from host to host can't be read on the way. */
@LabTest
class EncryptedStreamIT {

  /**
   * Not one that another test named: libvirt 9.0 keeps such a port reserved after the migration.
   */
  private static final int DISKS_PORT = 49501;

  private static final String WITH_TLS = "\"tls\":true";

  /** What a guest writes to its disk, and keeps in its memory. */
  private static final Pattern TICK = Pattern.compile("tick [0-9]+ {200}");

  private final Lab lab;
  private final Service service;

  EncryptedStreamIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void nothingIsLeft() {
    lab.guest("remove", "web");
    lab.cert("server", "kvm-b");
  }

  private JsonNode migrated(String destination, String options) {
    return service.awaitEnd(
        service.migrate(
            "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"],\"options\":{%s}}"
                .formatted(lab.peer(destination), options)));
  }

  private void arrived(String destination, JsonNode ended) {
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
    assertThat(lab.guest("where", "web")).isEqualTo(destination + " running");
  }

  /** What was recorded while the guest went to that host: its disk's stream, and all the rest. */
  private record Wire(String disk, String memory) {}

  private Wire recorded(String destination, String options) throws IOException {
    lab.capture("kvm-b", "start", "disk", "tcp port " + DISKS_PORT);
    lab.capture("kvm-b", "start", "memory", "not tcp port " + DISKS_PORT);
    JsonNode ended = migrated(destination, options + "\"disksPort\":" + DISKS_PORT);
    String disk = lab.capture("kvm-b", "stop", "disk");
    String memory = lab.capture("kvm-b", "stop", "memory");
    arrived(destination, ended);
    return new Wire(
        Files.readString(Path.of(disk), ISO_8859_1), Files.readString(Path.of(memory), ISO_8859_1));
  }

  /** Whether a tick shows in it: a megabyte of a stream is no message to print. */
  private static boolean tells(String stream) {
    return TICK.matcher(stream).find();
  }

  @Test
  void whatTheGuestWritesShowsOnTheWireWithoutTlsAndNotWithIt() throws IOException {
    lab.guest("start", "web", "--disk", "vda=16M");
    Wire plain = recorded("kvm-b", "");
    assertThat(tells(plain.disk())).as("%s characters of the disk", plain.disk().length()).isTrue();
    assertThat(tells(plain.memory()))
        .as("%s characters of the memory", plain.memory().length())
        .isTrue();

    lab.on("kvm-a", "rm", "/srv/web-vda.raw");
    Wire encrypted = recorded("kvm-a", WITH_TLS + ",");
    // As much as before went over the wire, so that not telling is no want of bytes.
    assertThat(encrypted.disk().length()).isGreaterThan(plain.disk().length() / 2);
    assertThat(encrypted.memory().length()).isGreaterThan(plain.memory().length() / 2);
    assertThat(tells(encrypted.disk())).isFalse();
    assertThat(tells(encrypted.memory())).isFalse();
    assertThat(lab.guest("digest", "web", "vda", "kvm-a"))
        .isEqualTo(lab.guest("digest", "web", "vda", "kvm-b"));
  }

  private void failsAndLeavesNothing(JsonNode ended) {
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("FAILED");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
    assertThat(ended.get("error").get("type").asString()).endsWith(":libvirt-error");
    assertThat(ended.get("cleanup").get(0).get("state").asString()).isEqualTo("DELETED");
    assertThat(lab.guest("where", "web")).isEqualTo("kvm-a running");
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", "/srv/web-vda.raw")).isFalse();
    lab.guest("wait-tick", "web", "kvm-a", Long.toString(lab.tick("web", "kvm-a")));
  }

  @Test
  void aDestinationWithBadCertificatesOrNoneFailsTheMigration() {
    lab.guest("start", "web", "--disk", "vda=16M");
    for (String how : List.of("--foreign", "--expired")) {
      lab.cert("server", "kvm-b", how);
      failsAndLeavesNothing(migrated("kvm-b", WITH_TLS));
    }
    lab.on("kvm-b", "mv", "/etc/pki/qemu", "/etc/pki/qemu.away");
    try {
      JsonNode ended = migrated("kvm-b", WITH_TLS);
      failsAndLeavesNothing(ended);
      assertThat(ended.get("error").get("detail").asString()).contains("/etc/pki/qemu");
    } finally {
      lab.on("kvm-b", "mv", "/etc/pki/qemu.away", "/etc/pki/qemu");
    }
  }

  @Test
  void aCertificateInAnotherNameIsTrustedWhereTheRequestNamesIt() {
    lab.guest("start", "web", "--disk", "vda=16M");
    lab.cert("server", "kvm-b", "--name", "storage.example");
    failsAndLeavesNothing(migrated("kvm-b", WITH_TLS));
    arrived("kvm-b", migrated("kvm-b", WITH_TLS + ",\"tlsDestination\":\"storage.example\""));
  }
}
