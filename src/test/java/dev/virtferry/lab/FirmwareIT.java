package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.client.LibvirtConnections;
import dev.virtferry.libvirt.client.LibvirtControl;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Guests whose firmware keeps variables in a file of its own, as UEFI does. */
@LabTest
class FirmwareIT {

  private static final String NVRAM = "/var/lib/libvirt/qemu/nvram/web_VARS.fd";
  private static final String NVRAM_2 = "/var/lib/libvirt/qemu/nvram/web2_VARS.fd";

  private static @Nullable LibvirtConnections connections;

  private final Lab lab;
  private final Service service;

  FirmwareIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @BeforeAll
  static void loadTheLibrary() {
    connections = new LibvirtConnections();
  }

  @AfterAll
  static void closeConnections() {
    if (connections != null) {
      connections.close();
    }
  }

  @AfterEach
  void noGuestIsLeft() {
    lab.removeGuests();
    lab.on(
        "kvm-b",
        "sh",
        "-c",
        "for d in web web2; do virsh destroy $d; virsh undefine $d --nvram; done >&2; rm -f %s %s"
            .formatted(NVRAM, NVRAM_2));
  }

  @Test
  void aRenamedGuestLeavesTheVariablesOfANamesakeAlone() {
    lab.guest("start", "web", "--disk", "vda=16M", "--nvram");
    lab.on(
        "kvm-b",
        "sh",
        "-c",
        """
        mkdir -p $(dirname %1$s) && head -c 131072 /dev/urandom >%1$s
        virsh define /dev/stdin <<XML
        <domain type='qemu'>
          <name>web</name>
          <memory unit='MiB'>32</memory>
          <os>
            <type arch='x86_64' machine='q35'>hvm</type>
            <loader readonly='yes' type='pflash'>/usr/share/seabios/bios-256k.bin</loader>
            <nvram template='/usr/share/seabios/bios.bin'>%1$s</nvram>
          </os>
          <features><acpi/></features>
        </domain>
        XML
        """
            .formatted(NVRAM));
    String others = digest("kvm-b", NVRAM);
    String own = digest("kvm-a", NVRAM);
    JsonNode ended =
        service.awaitSuccess(
            service.migrate(
                "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"],\"options\":{\"destinationName\":\"web2\"}}"
                    .formatted(lab.peer("kvm-b"))));
    assertThat(ended.get("domainLocation").asString()).isEqualTo("DESTINATION");
    assertThat(lab.on("kvm-b", "virsh", "domstate", "web2")).isEqualTo("running");
    assertThat(lab.on("kvm-b", "virsh", "dumpxml", "web2")).contains(NVRAM_2).doesNotContain(NVRAM);
    assertThat(lab.on("kvm-b", "virsh", "dumpxml", "--inactive", "web2"))
        .contains(NVRAM_2)
        .doesNotContain(NVRAM);
    assertThat(digest("kvm-b", NVRAM)).isEqualTo(others);
    assertThat(digest("kvm-b", NVRAM_2)).isEqualTo(own).isNotEqualTo(others);
    assertThat(lab.on("kvm-b", "virsh", "domstate", "web")).isEqualTo("shut off");
  }

  private String digest(String host, String file) {
    return lab.on(host, "sh", "-c", "sha256sum <" + file);
  }

  @Test
  void onlyTheDefinitionOfADomainWithVariablesIsRemoved() {
    UUID domain = stoppedWithVariables();
    String before = digest("kvm-a", NVRAM);
    undefine(domain);
    assertThat(lab.succeedsOn("kvm-a", "virsh", "dominfo", "web")).isFalse();
    assertThat(digest("kvm-a", NVRAM)).isEqualTo(before);
  }

  @Test
  void aDefinitionStaysThatSomebodysSnapshotOrSavedStateHangsOn() {
    UUID domain = stoppedWithVariables();
    lab.on("kvm-a", "virsh", "snapshot-create-as", "web", "before", "--disk-only");
    assertThatExceptionOfType(LibvirtFailure.class)
        .isThrownBy(() -> undefine(domain))
        .withMessageContaining("snapshot");
    lab.on("kvm-a", "virsh", "snapshot-delete", "web", "before", "--metadata");
    lab.on("kvm-a", "virsh", "detach-disk", "web", "vda", "--config");
    lab.on("kvm-a", "rm", "/srv/web-vda.before");
    lab.on("kvm-a", "virsh", "start", "web");
    lab.on("kvm-a", "virsh", "managedsave", "web");
    assertThatExceptionOfType(LibvirtFailure.class)
        .isThrownBy(() -> undefine(domain))
        .withMessageContaining("managed save");
    assertThat(lab.on("kvm-a", "virsh", "dominfo", "web")).containsPattern("Managed save: +yes");
  }

  private UUID stoppedWithVariables() {
    lab.guest("start", "web", "--disk", "vda=16M", "--nvram", "--no-boot");
    lab.on("kvm-a", "sh", "-c", "head -c 131072 /dev/urandom >" + NVRAM);
    return UUID.fromString(lab.on("kvm-a", "virsh", "domuuid", "web").strip());
  }

  private void undefine(UUID domain) {
    new LibvirtControl(Objects.requireNonNull(connections))
        .undefine(new HostAddress("kvm-a", lab.peer("kvm-a")), domain);
  }
}
