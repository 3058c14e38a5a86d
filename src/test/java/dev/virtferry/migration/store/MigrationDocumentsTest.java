package dev.virtferry.migration.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.Overwrite;
import dev.virtferry.migration.Stall;
import dev.virtferry.migration.Stall.Reason;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MigrationDocumentsTest {

  private static final String OF_AN_OLDER_VERSION =
      """
      {"id":"01a209f8-bda5-75b9-8075-ace19cc301f7","version":1,
       "order":{"guest":{"name":"web","uuid":"6f3dbdc3-f665-451a-a961-f9b6de431437",
                         "memoryBytes":134217728,"persistent":true,"autostart":false,"paused":false},
                "source":"kvm-a","destination":"kvm-b","destUri":"qemu+tls://kvm-b/system",
                "disks":[],"copy":null,"volumes":{},"unmapping":[],
                "options":{"bandwidthMiBps":null,"maxDowntimeMillis":null,"sourceVolumes":"KEEP",
                           "verifyBacking":"SIZE","synchronousWrites":false,"detectZeroes":false,
                           "guardedSwitchover":true,"timeout":null},
                "priority":5},
       "call":{"domain":"6f3dbdc3-f665-451a-a961-f9b6de431437",
               "destination":"qemu+tls://kvm-b/system",
               "parameters":[{"name":"bandwidth","type":"ullong","value":"7"}],
               "flags":["LIVE","PEER2PEER"]},
       "standing":{"state":"MIGRATING","phase":"MEMORY","location":"SOURCE","cancelRequested":false,
                   "attention":null,"failure":null},
       "timeline":{"createdAt":"2026-01-02T03:04:05Z","startedAt":null,"endedAt":null,"phases":[]},
       "volumes":[]}
      """;

  private static final String PROGRESS_OF_AN_OLDER_VERSION =
      """
      {"revision":7,"percent":41,"bytesTotal":268435456,"bytesDone":110100480,
       "bytesPerSecond":2097152,"etaSeconds":75,
       "memory":{"bytesTotal":134217728,"bytesDone":0,"bytesRemaining":134217728,"iteration":0,
                 "dirtyBytesPerSecond":0},
       "expectedDowntimeMillis":300,
       "disks":[{"target":"vda","state":"COPYING","bytesTotal":134217728,"bytesDone":110100480}]}
      """;

  private final MigrationDocuments documents = new MigrationDocuments();

  @Test
  void readsWhatAnOlderVersionWrote() {
    var migration = documents.migration(OF_AN_OLDER_VERSION);
    assertThat(migration.order().options().postCopy()).isFalse();
    assertThat(migration.order().options().guardedSwitchover()).isTrue();
    assertThat(migration.order().options().overwrite()).isEqualTo(Overwrite.OWN);
    assertThat(migration.leaves()).isEmpty();
    assertThat(migration.call().parameters().get("bandwidth")).isPresent();
    assertThat(documents.migration(documents.write(migration))).isEqualTo(migration);
  }

  @Test
  void readsProgressThatAnOlderVersionWrote() {
    var progress = documents.progress(PROGRESS_OF_AN_OLDER_VERSION);
    assertThat(progress.percent()).isEqualTo(41);
    assertThat(progress.expectedDowntimeMillis()).isEqualTo(300);
    assertThat(progress.flow().bytesMoved()).isZero();
    assertThat(progress.stalled()).isNull();
    assertThat(documents.progress(documents.write(progress))).isEqualTo(progress);
  }

  @Test
  void keepsAStall() {
    var stall = new Stall(Instant.parse("2026-01-02T03:04:05.678Z"), Reason.NO_BYTES_MOVED, "why");
    String written =
        documents
            .write(documents.progress(PROGRESS_OF_AN_OLDER_VERSION))
            .replace(
                "\"stalled\":null",
                "\"stalled\":{\"since\":\"%s\",\"reason\":\"%s\",\"detail\":\"why\"}"
                    .formatted(stall.since(), stall.reason()));
    assertThat(documents.progress(written).stalled()).isEqualTo(stall);
    assertThat(documents.write(documents.progress(written))).isEqualTo(written);
  }
}
