package dev.virtferry.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Guests with checkpoints: their incremental backups go on wherever they are afterwards. */
@LabTest
@Order(2)
class CheckpointsIT {

  private static final String SLOWLY = ",\"options\":{\"bandwidthMiBps\":2}";

  private static final String BACKUP =
      """
      virsh -q domstate web | grep -q running && virsh -q suspend web
      rm -f /srv/%1$s.qcow2
      cat > /srv/backup.xml <<'XML'
      <domainbackup mode='push'>%2$s
        <disks><disk name='vda' type='file'>
          <target file='/srv/%1$s.qcow2'/><driver type='qcow2'/>
        </disk></disks>
      </domainbackup>
      XML
      virsh -q backup-begin web /srv/backup.xml %3$s
      until virsh domjobinfo web | grep -q 'None'; do :; done
      virsh domjobinfo web --completed
      """;

  private final Lab lab;
  private final Service service;

  CheckpointsIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void nothingIsLeft() {
    lab.guestGoesOn("kvm-b", "web");
    lab.removeGuests();
    for (String host : new String[] {"kvm-a", "kvm-b"}) {
      shell(host, "rm -f /srv/full.qcow2 /srv/more.qcow2 /srv/*.xml");
    }
  }

  private String shell(String host, String script) {
    return lab.on(host, "sh", "-c", script);
  }

  /** A guest with a full backup on its host, and two checkpoints: the parent's name is later. */
  private void backedUpGuest() {
    lab.guest("start", "web", "--disk", "vda=32M,format=qcow2", "--dirty-disk", "256");
    shell(
        "kvm-a",
        "echo '<domaincheckpoint><name>with-full</name></domaincheckpoint>' > /srv/first.xml");
    shell("kvm-a", BACKUP.formatted("full", "", "/srv/first.xml"));
    goOn("kvm-a");
    shell("kvm-a", "virsh -q checkpoint-create-as web after-it");
    goOn("kvm-a");
  }

  /** It writes to its disk once more. */
  private void goOn(String host) {
    shell(host, "virsh -q domstate web | grep -q running || virsh -q resume web");
    lab.guest("wait-tick", "web", host, String.valueOf(lab.tick("web", host) + 1));
  }

  private String migrate(String host, String more) {
    return service.migrate(
        "{\"domain\":\"web\",\"destUri\":\"%s\",\"disks\":[\"vda\"]%s}"
            .formatted(lab.peer(host), more));
  }

  private void assertThatItKnowsThem(String host) {
    assertThat(shell(host, "virsh -q checkpoint-list web --topological --name").strip())
        .isEqualTo("with-full\nafter-it");
    assertThat(shell(host, "virsh -q checkpoint-parent web after-it").strip())
        .isEqualTo("with-full");
  }

  /** What was written since the full backup makes, laid upon it, the disk as it is. */
  private void assertThatAnIncrementalBackupIsRight(String host) {
    shell(host, BACKUP.formatted("more", "<incremental>with-full</incremental>", ""));
    shell(host, "cd /srv && qemu-img rebase -u -f qcow2 -F qcow2 -b full.qcow2 more.qcow2");
    assertThat(shell(host, "qemu-img compare -U /srv/more.qcow2 /srv/web-vda.qcow2"))
        .contains("identical");
    assertThat(lab.succeedsOn(host, "qemu-img", "compare", "/srv/full.qcow2", "/srv/more.qcow2"))
        .as("it was written since the full backup")
        .isFalse();
    String taken = shell(host, "du -k /srv/more.qcow2 | cut -f1").strip();
    assertThat(Long.parseLong(taken)).as("KiB, of 8 MiB of data").isLessThan(4096);
  }

  private void takeTheFullBackupAlong() {
    shell(
        "kvm-b",
        """
        from='virsh -q -c qemu+tcp://kvm-a/system'
        $from pool-refresh images && $from vol-download --pool images full.qcow2 /srv/full.qcow2\
        """);
  }

  @Test
  void arriveWithTheGuestAndComeBackWithIt() {
    backedUpGuest();
    String there = migrate("kvm-b", "");
    service.awaitSuccess(there);
    assertThatItKnowsThem("kvm-b");
    assertThat(lab.succeedsOn("kvm-a", "virsh", "dominfo", "web")).isFalse();
    assertThat(service.get("/v1/migrations/" + there + "/history").body().toString())
        .contains("2 of 2 checkpoints were redefined at the destination");
    takeTheFullBackupAlong();
    assertThatAnIncrementalBackupIsRight("kvm-b");
    goOn("kvm-b");
    service.awaitSuccess(migrate("kvm-a", ""));
    assertThatItKnowsThem("kvm-a");
    assertThatAnIncrementalBackupIsRight("kvm-a");
  }

  @Test
  void stayWithAGuestThatStays() {
    backedUpGuest();
    String id = migrate("kvm-b", SLOWLY);
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.post("/v1/migrations/" + id + "/cancel", "");
    assertThat(service.awaitEnd(id).get("state").asString()).isEqualTo("CANCELLED");
    assertThatItKnowsThem("kvm-a");
    assertThatAnIncrementalBackupIsRight("kvm-a");
  }

  /** As what a QEMU that is busy did not tell in time is not refused. */
  private void awaitThatItIsTriedAgain() {
    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> Files.readString(service.log()).contains("Not all is done yet; trying again"));
  }

  @Test
  void areRedefinedByAServiceThatWasAwayWhenTheGuestArrived() {
    backedUpGuest();
    String id = migrate("kvm-b", ",\"options\":{\"bandwidthMiBps\":24}");
    service.awaitThat(id, m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    service.kill();
    shell(
        "kvm-b",
        "timeout 60 sh -c 'until virsh -q domstate web | grep -q running; do sleep 0.2; done'");
    lab.hangGuest("kvm-b", "web");
    service.start();
    awaitThatItIsTriedAgain();
    assertThat(service.migration(id).get("state").asString()).isEqualTo("FINISHING");
    lab.guestGoesOn("kvm-b", "web");
    assertThat(service.awaitSuccess(id).get("domainLocation").asString()).isEqualTo("DESTINATION");
    assertThatItKnowsThem("kvm-b");
  }
}
