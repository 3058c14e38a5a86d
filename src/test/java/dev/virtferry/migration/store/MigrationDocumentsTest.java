package dev.virtferry.migration.store;

import static org.assertj.core.api.Assertions.assertThat;

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

  private final MigrationDocuments documents = new MigrationDocuments();

  @Test
  void readsWhatAnOlderVersionWrote() {
    var migration = documents.migration(OF_AN_OLDER_VERSION);
    assertThat(migration.order().options().postCopy()).isFalse();
    assertThat(migration.order().options().guardedSwitchover()).isTrue();
    assertThat(migration.call().parameters().get("bandwidth")).isPresent();
    assertThat(documents.migration(documents.write(migration))).isEqualTo(migration);
  }
}
