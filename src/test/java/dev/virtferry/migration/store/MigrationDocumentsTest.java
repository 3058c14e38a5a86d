package dev.virtferry.migration.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.BackingCheck;
import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.Overwrite;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.Stall;
import dev.virtferry.migration.Stall.Reason;
import dev.virtferry.migration.options.Compression;
import dev.virtferry.migration.options.Compression.Levels;
import dev.virtferry.migration.options.Compression.Method;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.LimitAction;
import dev.virtferry.migration.options.MemoryOptions.AutoConverge;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.options.OptionsPatch;
import dev.virtferry.migration.options.SourceVolumes;
import dev.virtferry.migration.options.Timeout;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

  /** A queued row, with every option said, as it was written before options had groups. */
  private static final String QUEUED =
      """
      {"id":"01a209f8-bda5-75b9-8075-ace19cc301f7","version":1,
       "order":{"guest":{"name":"web-01","uuid":"6f3dbdc3-f665-451a-a961-f9b6de431437","id":7,
                         "cpuMillis":900,"memoryBytes":134217728,"persistent":true,
                         "autostart":false,"paused":false},
                "source":"kvm-a","destination":"kvm-b","destUri":"qemu+tls://kvm-b/system",
                "disks":[{"target":"vda","action":"CREATE","path":"/srv/vda.raw","moved":false,
                          "capacityBytes":67108864,"bytesToCopy":67108864,
                          "volume":{"pool":"images","name":"vda.raw","format":"raw",
                                    "capacityBytes":67108864,"layout":null,"permissions":null,
                                    "backing":null},
                          "poolFreeBytes":1073741824,"backing":[],
                          "original":{"pool":"images","name":"vda.raw","path":"/srv/vda.raw",
                                      "mark":null},
                          "names":[],"from":"/srv/vda.raw","found":"ABSENT","mark":null}],
                "copy":"FULL","volumes":{},"unmapping":["vda"],
                "options":{"bandwidthMiBps":200,"bandwidthPostCopyMiBps":500,
                           "maxDowntimeMillis":300,"autoConverge":{"initial":20,"increment":10},
                           "postCopy":true,"parallelConnections":4,
                           "compression":{"methods":["ZLIB"],
                                          "levels":{"mt":null,"mtThreads":null,
                                                    "mtDecompressionThreads":null,
                                                    "xbzrleCacheBytes":null,"zlib":1,"zstd":null}},
                           "zeroCopy":true,"tls":true,"tlsDestination":"kvm-b.example",
                           "destinationName":"web-02","persist":true,"undefineSource":false,
                           "startPaused":true,"abortOnIoError":true,"listenAddress":"10.0.0.2",
                           "disksPort":49500,"sourceVolumes":"DELETE","overwrite":"ANY",
                           "verifyBacking":"CONTENT","synchronousWrites":true,"detectZeroes":true,
                           "guardedSwitchover":true,
                           "timeout":{"seconds":3600,"action":"SUSPEND"}},
                "priority":5,"callbackUrl":null,"renamed":{}},
       "call":{"domain":"6f3dbdc3-f665-451a-a961-f9b6de431437",
               "destination":"qemu+tls://kvm-b/system",
               "parameters":[{"name":"migrate_disks","type":"string","value":"vda"},
                             {"name":"bandwidth","type":"ullong","value":"200"},
                             {"name":"parallel.connections","type":"int","value":"4"}],
               "flags":["LIVE","PEER2PEER","PERSIST_DEST","NON_SHARED_DISK","PARALLEL"]},
       "standing":{"state":"QUEUED","phase":null,"location":"SOURCE","cancelRequested":false,
                   "suspended":false,"forked":false,"ranOn":false,"startedAnew":false,
                   "wishes":{"completion":null,"resumption":false},"tuning":null,
                   "attention":null,"failure":null},
       "timeline":{"createdAt":"2026-01-02T03:04:05Z","startedAt":null,"endedAt":null,"phases":[]},
       "volumes":[],"leaves":[]}
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
    assertThat(migration.options().memory().postCopy()).isFalse();
    assertThat(migration.options().switchover().guardedSwitchover()).isTrue();
    assertThat(migration.options().storage().overwrite()).isEqualTo(Overwrite.OWN);
    assertThat(migration.leaves()).isEmpty();
    assertThat(migration.call().parameters().get("bandwidth")).isPresent();
    assertThat(documents.migration(documents.write(migration))).isEqualTo(migration);
  }

  @Test
  void readsEveryOptionThatAQueuedRowSays() {
    assertThat(documents.migration(QUEUED).options())
        .isEqualTo(
            new GivenOptions()
                .with("bandwidthMiBps", 200L)
                .with("bandwidthPostCopyMiBps", 500L)
                .with("maxDowntimeMillis", 300L)
                .with("autoConverge", new AutoConverge(20, 10))
                .with("postCopy", true)
                .with("parallelConnections", 4)
                .with(
                    "compression",
                    new Compression(
                        List.of(Method.ZLIB), new Levels(null, null, null, null, 1, null)))
                .with("zeroCopy", true)
                .with("tls", true)
                .with("tlsDestination", "kvm-b.example")
                .with("destinationName", "web-02")
                .with("persist", true)
                .with("undefineSource", false)
                .with("startPaused", true)
                .with("abortOnIoError", true)
                .with("listenAddress", "10.0.0.2")
                .with("disksPort", 49_500)
                .with("sourceVolumes", SourceVolumes.DELETE)
                .with("overwrite", Overwrite.ANY)
                .with("verifyBacking", BackingCheck.CONTENT)
                .with("synchronousWrites", true)
                .with("detectZeroes", true)
                .with("guardedSwitchover", true)
                .with("timeout", new Timeout(3600, LimitAction.SUSPEND))
                .build());
  }

  @Test
  void readsWhatWasAskedOutOfARowThatOnlyHasWhatWasPlanned() {
    Migration migration = documents.migration(QUEUED);
    MigrationSpec asked = migration.spec();
    assertThat(asked.domain()).isEqualTo(migration.plan().guest().uuid().toString());
    assertThat(asked.source()).isEqualTo("kvm-a");
    assertThat(asked.destUri()).isEqualTo("qemu+tls://kvm-b/system");
    assertThat(asked.disks()).containsExactly("vda");
    assertThat(asked.copy()).isEqualTo(CopyMode.FULL);
    assertThat(asked.options()).isEqualTo(migration.options());
    assertThat(documents.migration(documents.write(migration))).isEqualTo(migration);
  }

  @Test
  void keepsWhatWasAskedBesideWhatIsInForce() {
    Migration migration = documents.migration(QUEUED).retune(new OptionsPatch(50L, null), null);
    JsonNode written = new JsonMapper().readTree(documents.write(migration));
    assertThat(written.at("/order/options/bandwidthMiBps").asInt()).isEqualTo(50);
    assertThat(written.at("/spec/options/bandwidthMiBps").asInt()).isEqualTo(200);
    assertThat(documents.migration(documents.write(migration))).isEqualTo(migration);
  }

  @Test
  void writesARowAsItWasReadOrWithMoreInIt() {
    var json = new JsonMapper();
    String written = documents.write(documents.migration(QUEUED));
    assertThatItKeeps(json.readTree(QUEUED), json.readTree(written));
  }

  private static void assertThatItKeeps(JsonNode before, JsonNode now) {
    if (before.isObject()) {
      before.forEachEntry((name, value) -> assertThatItKeeps(value, now.path(name)));
    } else if (before.isArray()) {
      assertThat(now.size()).isEqualTo(before.size());
      IntStream.range(0, before.size()).forEach(i -> assertThatItKeeps(before.get(i), now.path(i)));
    } else {
      assertThat(now).isEqualTo(before);
    }
  }

  @Test
  void readsARowWithoutAnyOption() {
    String bare = QUEUED.replaceFirst("(?s)\"options\":\\{.*?\"SUSPEND\"}}", "\"options\":{}");
    MigrationOptions options = documents.migration(bare).options();
    assertThat(options.storage().overwrite()).isEqualTo(Overwrite.OWN);
    assertThat(options.switchover().timeout()).isNull();
    assertThat(options.encryption().tls()).isFalse();
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
