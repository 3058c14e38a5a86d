package dev.virtferry.lab;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Images that belong to other domains are neither written over nor deleted, however they are named.
 * The domains here have no system, and most of them are only defined.
 */
@LabTest
class ForeignImagesIT {

  private static final String IMAGES = "/srv/foreign";

  private final Lab lab;
  private final Service service;

  ForeignImagesIT(Lab lab, Service service) {
    this.lab = lab;
    this.service = service;
  }

  @AfterEach
  void nothingIsLeft() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      lab.on(
          host,
          "sh",
          "-c",
          """
          for d in $(virsh -q list --all --name); do virsh destroy $d; virsh undefine $d --nvram; done
          for p in foreign again shared fat; do virsh pool-destroy $p; virsh pool-undefine $p; done
          [ ! -e %1$s.nbd ] || kill "$(cat %1$s.nbd)"
          [ ! -e %1$s.loop ] || losetup -d "$(cat %1$s.loop)"
          rm -rf %1$s %1$s.* /srv/climbs.raw /dev/ferry-foreign
          """
              .formatted(IMAGES));
    }
  }

  /** A pool of its own, so that no other image of the lab looks like one of these. */
  private void pool(String host) {
    pool(host, "foreign", IMAGES);
  }

  private void pool(String host, String name, String folder) {
    lab.on(
        host,
        "sh",
        "-c",
        "mkdir -p %2$s && virsh pool-create-as %1$s dir --target %2$s".formatted(name, folder));
  }

  /**
   * Files that are made at the same moment look like one, and so each takes a moment of its own.
   */
  private void make(String host, String script) {
    lab.on(
        host,
        "sh",
        "-euc",
        """
        truncate() { command truncate "$@"; sleep 0.01; }
        dd() { command dd "$@"; sleep 0.01; }
        cd %s
        """
                .formatted(IMAGES)
            + script);
  }

  private static String disk(String target, String path) {
    return disk(target, "raw", "file", "file='%s'".formatted(path));
  }

  private static String disk(String target, String format, String type, String source) {
    return "<disk type='%s'><driver name='qemu' type='%s'/><source %s/><target dev='%s' bus='virtio'/></disk>"
        .formatted(type, format, source, target);
  }

  private void define(String host, String name, String firmware, String devices) {
    String xml =
        """
        <domain type='qemu'><name>%s</name><memory unit='MiB'>32</memory>
        <os><type arch='x86_64' machine='q35'>hvm</type>%s</os><features><acpi/></features>
        <devices>%s<controller type='usb' model='none'/><memballoon model='none'/></devices></domain>
        """
            .formatted(name, firmware, devices);
    lab.on(host, "sh", "-c", "echo \"$1\" | virsh define /dev/stdin", "define", xml);
  }

  private void start(String host, String name, String devices) {
    define(host, name, "", devices);
    lab.on(host, "virsh", "start", "--paused", name);
  }

  private String request(String domain, String more) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\"%s}".formatted(domain, lab.peer("kvm-b"), more);
  }

  private static String disks(String... targets) {
    return ",\"disks\":"
        + Stream.of(targets).map(target -> "\"" + target + "\"").collect(joining(",", "[", "]"));
  }

  private JsonNode plan(String more) {
    Service.Answer plan = service.post("/v1/migration-plans", request("web", more));
    assertThat(plan.status()).as(plan.body().toString()).isEqualTo(200);
    return plan.body();
  }

  private static String fates(JsonNode migration, String host) {
    return migration
        .get("cleanup")
        .valueStream()
        .filter(volume -> volume.get("host").asString().equals(host))
        .map(volume -> volume.get("target").asString() + " " + volume.get("state").asString())
        .collect(joining(" "));
  }

  private static List<String> reasons(JsonNode migration, String target) {
    return migration
        .get("cleanup")
        .valueStream()
        .filter(volume -> volume.get("target").asString().equals(target))
        .map(volume -> volume.get("reason").asString(""))
        .toList();
  }

  @Test
  void nothingIsWrittenOverThatAnotherDomainNamesInWhateverWay() {
    String[] targets = {"vda", "vdb", "vdc", "vdd", "vde", "vdf", "vdg"};
    String images = "for d in vda vdb vdc vdd vde vdf vdg; do truncate -s 1M $d.raw; done";
    pool("kvm-a");
    pool("kvm-b");
    make("kvm-a", images);
    make("kvm-b", images + "\nfor d in vd?.raw; do echo $d | dd of=$d conv=notrunc; done");
    // Only what nobody names may be without content.
    make("kvm-b", "rm vdg.raw; truncate -s 1M vdg.raw");
    define("kvm-b", "spelt", "", disk("vda", "/srv/../srv/foreign/vda.raw"));
    make(
        "kvm-b",
        "ln -s %1$s %1$s.other; virsh pool-create-as again dir --target %1$s.other"
            .formatted(IMAGES));
    define("kvm-b", "linked", "", disk("vda", IMAGES + ".other/vdb.raw"));
    make("kvm-b", "qemu-img create -q -f qcow2 -F raw -b %s/vdc.raw over.qcow2".formatted(IMAGES));
    define(
        "kvm-b",
        "overlay",
        "",
        disk("vda", "qcow2", "file", "file='%s/over.qcow2'".formatted(IMAGES)));
    define("kvm-b", "volume", "", disk("vda", "raw", "volume", "pool='foreign' volume='vdd.raw'"));
    define(
        "kvm-b",
        "firmware",
        "<loader readonly='yes' type='pflash'>/usr/share/seabios/bios-256k.bin</loader><nvram>%s/vde.raw</nvram>"
            .formatted(IMAGES),
        "");
    start("kvm-b", "later", "");
    lab.on("kvm-b", "virsh", "attach-disk", "later", IMAGES + "/vdf.raw", "vda", "--config");
    start(
        "kvm-a",
        "web",
        Stream.of(targets)
            .map(target -> disk(target, "%s/%s.raw".formatted(IMAGES, target)))
            .collect(joining()));

    String before = contents();
    JsonNode plan = plan(disks(targets));
    assertThat(
            plan.get("disks")
                .valueStream()
                .map(disk -> disk.get("target").asString() + " " + disk.get("action").asString()))
        .containsExactly(
            "vda BLOCKED",
            "vdb BLOCKED",
            "vdc BLOCKED",
            "vdd BLOCKED",
            "vde BLOCKED",
            "vdf BLOCKED",
            "vdg COPY");
    assertThat(plan.get("disks").get(6).get("volume").get("action").asString()).isEqualTo("REUSE");
    List<String> owners = List.of("spelt", "linked", "overlay", "volume", "firmware", "later");
    for (int i = 0; i < owners.size(); i++) {
      assertThat(plan.get("disks").get(i).get("reason").asString())
          .contains(lab.on("kvm-b", "virsh", "domuuid", owners.get(i)).strip());
    }
    Service.Answer refused = service.post("/v1/migrations", request("web", disks(targets)));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.problem()).isEqualTo("destination-storage");
    assertThat(contents()).isEqualTo(before);
  }

  @Test
  void nothingIsWrittenOverInWhichAnImageKeepsItsDataOrThatLiesInAFolderOfAnother() {
    String shared = IMAGES + ".shared";
    String fat = IMAGES + ".fat";
    List<String> paths =
        List.of(
            IMAGES + "/vda.raw",
            IMAGES + "/vdb-flat.vmdk",
            shared + "/vdc.raw",
            fat + "/vdd.raw",
            IMAGES + "/vde.raw");
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host);
      pool(host, "shared", shared);
      pool(host, "fat", fat);
    }
    make("kvm-a", "for f in %s; do truncate -s 1M $f; done".formatted(String.join(" ", paths)));
    make(
        "kvm-b",
        """
        qemu-img create -q -f qcow2 -o data_file=%1$s/vda.raw kept.qcow2 1M
        qemu-img create -q -f vmdk -o subformat=monolithicFlat vdb.vmdk 1M
        truncate -s 1M %2$s
        for f in %2$s; do echo $f | dd of=$f conv=notrunc; done
        """
            .formatted(IMAGES, String.join(" ", paths)));
    start("kvm-b", "kept", disk("vda", "qcow2", "file", "file='%s/kept.qcow2'".formatted(IMAGES)));
    define(
        "kvm-b", "flat", "", disk("vda", "vmdk", "file", "file='%s/vdb.vmdk'".formatted(IMAGES)));
    define(
        "kvm-b",
        "shared",
        "",
        "<filesystem type='mount'><source dir='%s'/><target dir='/'/></filesystem>"
            .formatted(shared));
    define(
        "kvm-b",
        "fat",
        "",
        disk("vda", "fat", "dir", "dir='%s/../foreign.fat/'".formatted(fat))
            .replace("</disk>", "<readonly/></disk>"));
    String[] targets = {"vda", "vdb", "vdc", "vdd", "vde"};
    StringBuilder disks = new StringBuilder();
    for (int i = 0; i < targets.length; i++) {
      disks.append(disk(targets[i], paths.get(i)));
    }
    start("kvm-a", "web", disks.toString());

    String more = disks(targets) + ",\"options\":{\"overwrite\":\"ANY\"}";
    String before = digests(paths);
    JsonNode plan = plan(more);
    assertThat(
            plan.get("disks")
                .valueStream()
                .map(disk -> disk.get("target").asString() + " " + disk.get("action").asString()))
        .as(plan.toString())
        .containsExactly("vda BLOCKED", "vdb BLOCKED", "vdc BLOCKED", "vdd BLOCKED", "vde COPY");
    List<String> owners = List.of("kept", "flat", "shared", "fat");
    for (int i = 0; i < owners.size(); i++) {
      assertThat(plan.get("disks").get(i).get("reason").asString())
          .contains(lab.on("kvm-b", "virsh", "domuuid", owners.get(i)).strip());
    }
    assertThat(service.post("/v1/migrations", request("web", more)).problem())
        .isEqualTo("destination-storage");
    assertThat(digests(paths)).isEqualTo(before);
  }

  /** Of each disk what the plan does, and whom it names as the owner. */
  private static List<String> blocked(JsonNode plan, Map<String, String> domains) {
    return plan.get("disks")
        .valueStream()
        .map(disk -> {
          String reason = disk.get("reason").asString("");
          String owners =
              domains.entrySet().stream()
                  .filter(domain -> reason.contains(domain.getValue()))
                  .map(domain -> " " + domain.getKey())
                  .collect(joining());
          return disk.get("target").asString() + " " + disk.get("action").asString() + owners;
        })
        .toList();
  }

  private Map<String, String> uuids(String... names) {
    return Stream.of(names)
        .collect(toMap(name -> name, name -> lab.on("kvm-b", "virsh", "domuuid", name).strip()));
  }

  @Test
  void nothingIsWrittenOverThatAPathMayLeadToWhichOnlyItsHostOrQemuCanFollow() {
    String unseen = IMAGES + ".unseen";
    List<String> paths =
        List.of(
            IMAGES + "/climbs.raw",
            IMAGES + ".link/../header.raw",
            unseen + "/unseen.raw",
            IMAGES + "/blank.raw ",
            IMAGES + "/ta&#9;b.raw",
            IMAGES + "/plain.raw",
            IMAGES + "/told.raw",
            IMAGES + "/json.raw",
            IMAGES + "/relative.raw",
            IMAGES.substring(1) + "/own.raw");
    pool("kvm-a");
    pool("kvm-b");
    String images =
        """
        mkdir inner; ln -s %1$s/inner %1$s.link
        tab=$(printf 'ta\\tb.raw')
        for f in climbs.raw header.raw unseen.raw 'blank.raw ' "$tab" plain.raw told.raw json.raw relative.raw own.raw; do
          truncate -s 1M "$f"; sleep 0.02
        done
        """
            .formatted(IMAGES);
    make("kvm-a", images + "mkdir %1$s.unseen; mv unseen.raw %1$s.unseen".formatted(IMAGES));
    make(
        "kvm-b",
        images
            + """
            for f in *.raw "blank.raw "; do echo "$f" | dd of="$f" conv=notrunc; done
            # What it would be if the text were believed.
            truncate -s 2M /srv/climbs.raw
            ln -s %1$s %1$s.unseen
            qemu-img create -q -f qcow2 -o data_file=%1$s.link/../header.raw header.qcow2 1M
            qemu-img create -q -f qcow2 -u -F raw -b 'json:{"driver":"file","filename":"told.raw"}' told.qcow2 1M
            qemu-img create -q -f qcow2 -u -F raw \
              -b "json:{'driver':'copy-on-read','file':{'driver':'file','filename':'%1$s/jso\\u006e.raw'}}" json.qcow2 1M
            """
                .formatted(IMAGES));
    define("kvm-b", "climbing", "", disk("vda", IMAGES + ".link/../climbs.raw"));
    for (String name : List.of("header", "told", "json")) {
      String path = "%s/%s.qcow2".formatted(IMAGES, name);
      define("kvm-b", name, "", disk("vda", "qcow2", "file", "file='%s'".formatted(path)));
    }
    define("kvm-b", "shown", "", disk("vda", IMAGES + "/unseen.raw"));
    // QEMU looks for them in the root.
    define("kvm-b", "relative", "", disk("vda", IMAGES.substring(1) + "/relative.raw"));
    define("kvm-b", "whole", "", disk("vda", IMAGES + "/own.raw"));
    define(
        "kvm-b",
        "blanks",
        "",
        disk("vda", paths.get(3))
            + disk("vdb", paths.get(4))
            + disk("vdc", IMAGES + "/plain.raw "));
    StringBuilder disks = new StringBuilder();
    List<String> targets = new ArrayList<>();
    for (String path : paths) {
      targets.add("vd" + (char) ('a' + targets.size()));
      disks.append(disk(targets.getLast(), path));
    }
    start("kvm-a", "web", disks.toString());

    String more = disks(targets.toArray(String[]::new)) + ",\"options\":{\"overwrite\":\"ANY\"}";
    JsonNode plan = plan(more);
    assertThat(
            blocked(
                plan,
                uuids(
                    "climbing", "header", "shown", "blanks", "told", "json", "relative", "whole")))
        .as(plan.toString())
        .containsExactly(
            "vda BLOCKED climbing",
            "vdb BLOCKED header",
            "vdc BLOCKED shown",
            "vdd BLOCKED blanks",
            "vde BLOCKED blanks",
            "vdf COPY",
            "vdg BLOCKED told",
            "vdh BLOCKED json",
            "vdi BLOCKED relative",
            "vdj BLOCKED whole");
  }

  @Test
  void anOverlayGoesOntoNoImageThatAnotherDomainWrites() {
    pool("kvm-a");
    pool("kvm-b");
    String images =
        """
        for d in vda vdb vdd vde; do truncate -s 1M $d.raw; sleep 0.02; done
        qemu-img create -q -f qcow2 -o data_file=%1$s/vdc.raw kept.qcow2 1M
        """
            .formatted(IMAGES);
    make(
        "kvm-a",
        images
            + "for d in vda vdb vdc vdd vde; do qemu-img create -q -f qcow2 -F raw -b %s/$d.raw $d.qcow2; done"
                .formatted(IMAGES));
    make(
        "kvm-b",
        images + "qemu-img create -q -f qcow2 -F raw -b %s/vdd.raw over.qcow2".formatted(IMAGES));
    String[] targets = {"vda", "vdb", "vdc", "vdd", "vde"};
    String disks =
        Stream.of(targets)
            .map(target ->
                disk(target, "qcow2", "file", "file='%s/%s.qcow2'".formatted(IMAGES, target)))
            .collect(joining());
    define("kvm-b", "stopped", "", disk("vda", IMAGES + "/vda.raw"));
    start("kvm-b", "running", disk("vda", IMAGES + "/vdb.raw"));
    define(
        "kvm-b",
        "kept",
        "",
        disk("vda", "qcow2", "file", "file='%s/kept.qcow2'".formatted(IMAGES)));
    start(
        "kvm-b",
        "reading",
        disk("vda", "qcow2", "file", "file='%s/over.qcow2'".formatted(IMAGES))
            + disk("vdb", IMAGES + "/vde.raw").replace("</disk>", "<readonly/></disk>"));
    start("kvm-a", "web", disks);

    String more = disks(targets) + ",\"copy\":\"INCREMENTAL\"";
    JsonNode plan = plan(more);
    assertThat(blocked(plan, uuids("stopped", "running", "kept", "reading")))
        .as(plan.toString())
        .containsExactly(
            "vda BLOCKED stopped",
            "vdb BLOCKED running",
            "vdc BLOCKED kept",
            "vdd COPY",
            "vde COPY");
    assertThat(service.post("/v1/migrations", request("web", more)).problem())
        .isEqualTo("destination-storage");
  }

  private String digests(List<String> paths) {
    return lab.on("kvm-b", "sh", "-c", "sha256sum " + String.join(" ", paths));
  }

  @Test
  void whatQemuImgCreateLeavesIsEmptyAndNothingElseIs() {
    pool("kvm-a");
    pool("kvm-b");
    Map<String, String> made = new LinkedHashMap<>();
    made.put("qemu-img create -q -f qcow2 $f 4M", "EMPTY");
    made.put("qemu-img create -q -f qcow2 -o compat=0.10 $f 4M", "EMPTY");
    made.put("qemu-img create -q -f qcow2 -o cluster_size=512 $f 4M", "EMPTY");
    made.put("qemu-img create -q -f qcow2 -o cluster_size=2M $f 4M", "EMPTY");
    made.put("qemu-img create -q -f qcow2 -o lazy_refcounts=on $f 4M", "EMPTY");
    made.put("qemu-img create -q -f qcow2 $f 1M; qemu-img resize -q $f 4M", "EMPTY");
    made.put("qemu-img create -q -f qcow2 $f 4M; qemu-img bitmap --add $f b0", "FOREIGN");
    made.put("qemu-img create -q -f qcow2 $f 4M; echo data >>$f", "FOREIGN");
    made.put("qemu-img create -q -f qcow2 $f 4M; truncate -s 1M $f; echo data >>$f", "FOREIGN");
    made.put("qemu-img create -q -f qcow2 $f 4M; qemu-io -c 'write 0 512' $f", "FOREIGN");
    made.put("qemu-img create -q -f qcow2 $f 4M; qemu-img snapshot -c s $f", "FOREIGN");
    made.put("qemu-img create -q -f qcow2 -o preallocation=metadata $f 4M", "FOREIGN");
    made.put(
        "qemu-img create -q -f raw beneath 4M; qemu-img create -q -f qcow2 -F raw -b beneath $f 4M",
        "FOREIGN");
    made.put("qemu-img create -q -f qcow2 -o data_file=beside $f 4M", "NAMED");
    List<String> targets = new ArrayList<>();
    StringBuilder disks = new StringBuilder();
    for (String script : made.keySet()) {
      String target = "vd" + (char) ('a' + targets.size());
      targets.add(target);
      make("kvm-a", "qemu-img create -q -f qcow2 %s.qcow2 4M".formatted(target));
      make("kvm-b", "f=%s.qcow2\n%s".formatted(target, script));
      disks.append(disk(target, "qcow2", "file", "file='%s/%s.qcow2'".formatted(IMAGES, target)));
    }
    start("kvm-a", "web", disks.toString());
    JsonNode plan = plan(disks(targets.toArray(String[]::new)));
    Map<String, String> told = new LinkedHashMap<>();
    int i = 0;
    for (String script : made.keySet()) {
      told.put(script, plan.get("disks").get(i++).get("destinationImage").asString());
    }
    assertThat(told).isEqualTo(made);
  }

  @Test
  void anImageWhoseDataIsInAnotherFileArrivesWholeAndIsLeftWhole() {
    pool("kvm-a");
    pool("kvm-b");
    pool("kvm-a", "shared", IMAGES + ".shared");
    make(
        "kvm-a",
        """
        qemu-img create -q -f qcow2 -o data_file=%1$s/own.data,data_file_raw=on vda.qcow2 4M
        head -c 4M /dev/urandom | dd of=own.data conv=notrunc
        sleep 0.05; truncate -s 2M vdb.raw; sleep 0.05; truncate -s 3M %1$s.shared/vdc.raw
        sleep 0.05; truncate -s 5M vdd.raw
        qemu-img create -q -f qcow2 -o data_file=%1$s/vdb.raw kept.qcow2 2M
        """
            .formatted(IMAGES));
    String data = lab.on("kvm-a", "sh", "-c", "sha256sum <%s/own.data".formatted(IMAGES));
    define(
        "kvm-a",
        "kept",
        "",
        disk("vda", "qcow2", "file", "file='%s/kept.qcow2'".formatted(IMAGES)));
    define(
        "kvm-a",
        "shared",
        "",
        "<filesystem type='mount'><source dir='%s.shared'/><target dir='s'/></filesystem>"
            .formatted(IMAGES));
    start(
        "kvm-a",
        "web",
        disk("vda", "qcow2", "file", "file='%s/vda.qcow2'".formatted(IMAGES))
            + disk("vdb", IMAGES + "/vdb.raw")
            + disk("vdc", IMAGES + ".shared/vdc.raw")
            + disk("vdd", IMAGES + "/vdd.raw"));
    JsonNode ended =
        service.awaitSuccess(
            service.migrate(
                request(
                    "web",
                    disks("vda", "vdb", "vdc", "vdd")
                        + ",\"volumes\":{\"vdc\":{\"pool\":\"foreign\"}}"
                        + ",\"options\":{\"sourceVolumes\":\"DELETE\"}")));
    assertThat(fates(ended, "kvm-a")).isEqualTo("vda LEFT vdb LEFT vdc LEFT vdd DELETED");
    assertThat(reasons(ended, "vda").getLast())
        .contains("keeps its data in " + IMAGES + "/own.data");
    assertThat(reasons(ended, "vdb").getLast())
        .contains(lab.on("kvm-a", "virsh", "domuuid", "kept").strip());
    assertThat(reasons(ended, "vdc").getLast())
        .contains("lies in", lab.on("kvm-a", "virsh", "domuuid", "shared").strip());
    lab.on("kvm-b", "virsh", "destroy", "web");
    assertThat(
            lab.on(
                "kvm-b",
                "sh",
                "-c",
                "cd %s; qemu-img convert -O raw vda.qcow2 v; sha256sum <v".formatted(IMAGES)))
        .isEqualTo(data);
    assertThat(lab.on("kvm-a", "sh", "-c", "sha256sum <%s/own.data".formatted(IMAGES)))
        .isEqualTo(data);
  }

  /** A pool that was not read since takes it for what had its name then. */
  @Test
  void anOriginalIsReadItselfBeforeItIsDeleted() {
    pool("kvm-a");
    pool("kvm-b");
    make(
        "kvm-a",
        """
        truncate -s 4M vda.qcow2; sleep 0.05; truncate -s 4M vdb.qcow2
        virsh -q pool-refresh foreign
        qemu-img create -q -f qcow2 vda.qcow2 4M; qemu-img snapshot -c precious vda.qcow2
        sleep 0.05; qemu-img create -q -f qcow2 vdb.qcow2 4M
        """);
    start(
        "kvm-a",
        "web",
        disk("vda", "qcow2", "file", "file='%s/vda.qcow2'".formatted(IMAGES))
            + disk("vdb", "qcow2", "file", "file='%s/vdb.qcow2'".formatted(IMAGES)));
    assertThat(lab.on("kvm-a", "virsh", "vol-dumpxml", "vda.qcow2", "foreign"))
        .contains("<format type='raw'/>");
    JsonNode ended =
        service.awaitSuccess(
            service.migrate(
                request(
                    "web", disks("vda", "vdb") + ",\"options\":{\"sourceVolumes\":\"DELETE\"}")));
    assertThat(fates(ended, "kvm-a")).isEqualTo("vda LEFT vdb DELETED");
    assertThat(reasons(ended, "vda").getLast()).contains("holds snapshots or bitmaps");
  }

  @Test
  void noCopyGoesWhereItsGuestHasAConsoleOrAShareHoweverThatIsWritten() {
    pool("kvm-a");
    pool("kvm-b");
    pool("kvm-b", "shared", IMAGES + ".shared");
    make("kvm-a", "truncate -s 2M vda.raw; mkdir -p %s.shared".formatted(IMAGES));
    start(
        "kvm-a",
        "web",
        disk("vda", IMAGES + "/vda.raw")
            + "<serial type='file'><source path='%s//console.log' append='on'/></serial>"
                .formatted(IMAGES)
            + "<filesystem type='mount'><source dir='%s.shared/'/><target dir='s'/></filesystem>"
                .formatted(IMAGES));
    for (String place : List.of("foreign\",\"name\":\"console.log", "shared\",\"name\":\"x.raw")) {
      JsonNode plan =
          plan(disks("vda") + ",\"volumes\":{\"vda\":{\"pool\":\"%s\"}}".formatted(place));
      assertThat(plan.get("possible").asBoolean()).as(place).isFalse();
      assertThat(plan.get("problems").toString()).contains("The guest itself has " + IMAGES);
    }
    assertThat(plan(disks("vda")).get("possible").asBoolean()).isTrue();
  }

  private String contents() {
    return lab.on("kvm-b", "sh", "-c", "cd %s && sha256sum *".formatted(IMAGES));
  }

  @Test
  void anOriginalStaysThatAnotherDomainNamesByItsPoolOrThatIsOnlyALink() {
    pool("kvm-a");
    pool("kvm-b");
    // Files that are made within one tick of the kernel's clock look alike.
    make(
        "kvm-a",
        """
        for d in vda.raw target.raw vdc.raw vdd.raw vde.raw 'vdf.raw '; do truncate -s 2M "$d"; sleep 0.05; done
        ln -s target.raw vdb.raw; mkdir inner; ln -s %1$s/inner %1$s.link; ln -s %1$s %1$s.unseen
        truncate -s 3M /srv/climbs.raw
        """
            .formatted(IMAGES));
    define(
        "kvm-a",
        "other",
        "",
        disk("vda", "raw", "volume", "pool='foreign' volume='vda.raw'")
            + disk("vdb", IMAGES + ".link/../vdd.raw")
            + disk("vdc", IMAGES + ".unseen/vde.raw")
            + disk("vdd", IMAGES + "/vdf.raw ")
            + disk("vde", IMAGES + "/vdc.raw "));
    start(
        "kvm-a",
        "web",
        disk("vda", IMAGES + "/vda.raw")
            + disk("vdb", IMAGES + "/vdb.raw")
            + disk("vdc", IMAGES + "/vdc.raw")
            + disk("vdd", IMAGES + "/vdd.raw")
            + disk("vde", IMAGES + "/vde.raw")
            + disk("vdf", IMAGES + "/vdf.raw "));
    JsonNode ended =
        service.awaitSuccess(
            service.migrate(
                request(
                    "web",
                    disks("vda", "vdb", "vdc", "vdd", "vde", "vdf")
                        + ",\"options\":{\"sourceVolumes\":\"DELETE\"}")));
    assertThat(fates(ended, "kvm-a"))
        .isEqualTo("vda LEFT vdb LEFT vdc DELETED vdd LEFT vde LEFT vdf LEFT");
    String other = lab.on("kvm-a", "virsh", "domuuid", "other").strip();
    assertThat(reasons(ended, "vda").getLast()).contains("belongs to the domain", other);
    assertThat(reasons(ended, "vdd").getLast()).contains(IMAGES + ".link/../vdd.raw", other);
    assertThat(reasons(ended, "vde").getLast()).contains(IMAGES + ".unseen/vde.raw", other);
    assertThat(reasons(ended, "vdf").getLast()).contains("belongs to the domain", other);
    assertThat(reasons(ended, "vdb").getLast()).contains("target.raw", "one file");
    assertThat(lab.on("kvm-a", "sh", "-c", "cd %s; LC_ALL=C ls -Q *.raw*".formatted(IMAGES)))
        .isEqualTo(
            """
            "target.raw"
            "vda.raw"
            "vdb.raw"
            "vdd.raw"
            "vde.raw"
            "vdf.raw "\
            """);
  }

  @Test
  void onlyOneOfTwoGuestsGetsAnImageThatBothWouldHave() {
    pool("kvm-a");
    pool("kvm-b");
    for (String name : List.of("web", "app")) {
      make("kvm-a", "mkdir %1$s; head -c 16M /dev/urandom >%1$s/disk.raw".formatted(name));
      start("kvm-a", name, disk("vda", "%s/%s/disk.raw".formatted(IMAGES, name)));
    }
    String more =
        disks("vda")
            + ",\"volumes\":{\"vda\":{\"pool\":\"foreign\"}},\"options\":{\"bandwidthMiBps\":1}";
    List<Service.Answer> answers =
        Stream.of("web", "app")
            .map(name ->
                CompletableFuture.supplyAsync(
                    () -> service.post("/v1/migrations", request(name, more))))
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .toList();
    assertThat(answers).extracting(Service.Answer::status).containsExactlyInAnyOrder(202, 422);
    Service.Answer refused =
        answers.stream().filter(a -> a.status() == 422).findAny().orElseThrow();
    assertThat(refused.problem()).isEqualTo("destination-storage");
    assertThat(refused.text("detail")).contains("Another migration", IMAGES + "/disk.raw");
    Service.Answer taken = answers.stream().filter(a -> a.status() == 202).findAny().orElseThrow();
    cancelled(taken.text("id"));
  }

  @Test
  void nothingIsDoneToAGuestThatIsCalledOtherwiseWhenItsTurnComes() {
    pool("kvm-a");
    pool("kvm-b");
    List<String> guests = List.of("one", "two", "three", "four", "five", "web");
    make(
        "kvm-a",
        "head -c 64M /dev/urandom >raw; for g in %s; do cp raw $g.raw; done"
            .formatted(String.join(" ", guests)));
    for (String guest : guests) {
      start("kvm-a", guest, disk("vda", "%s/%s.raw".formatted(IMAGES, guest)));
    }
    // All but the last take the slots.
    List<String> ids =
        guests.stream()
            .map(guest ->
                service.migrate(
                    request(guest, disks("vda") + ",\"options\":{\"bandwidthMiBps\":1}")))
            .toList();
    lab.on(
        "kvm-a",
        "sh",
        "-euc",
        "virsh destroy web; virsh domrename web elsewhere; virsh start --paused elsewhere");
    assertThat(service.migration(ids.getLast()).get("state").asString()).isEqualTo("QUEUED");
    cancelled(ids.getFirst());
    JsonNode ended = service.awaitEnd(ids.getLast());
    assertThat(ended.get("state").asString()).isEqualTo("FAILED");
    assertThat(ended.get("error").get("type").asString()).endsWith(":domain-not-found");
    assertThat(ended.get("error").get("detail").asString()).contains("another name now", "'web'");
    assertThat(ended.get("domainLocation").asString()).isEqualTo("SOURCE");
    assertThat(ended.get("cleanup").size()).isZero();
    assertThat(lab.on("kvm-a", "virsh", "domstate", "elsewhere")).isEqualTo("paused");
    assertThat(lab.succeedsOn("kvm-b", "test", "-e", IMAGES + "/web.raw")).isFalse();
    List<String> running = ids.subList(1, 5);
    running.forEach(id -> service.post("/v1/migrations/" + id + "/cancel", ""));
    running.forEach(service::awaitEnd);
  }

  private JsonNode cancelled(String id) {
    service.post("/v1/migrations/" + id + "/cancel", "");
    JsonNode ended = service.awaitEnd(id);
    assertThat(ended.get("state").asString()).isEqualTo("CANCELLED");
    return ended;
  }

  @Test
  void aRollbackLeavesWhatBecameSomebodyElsesWhileTheCopyRan() {
    pool("kvm-a");
    pool("kvm-b");
    make("kvm-a", "for d in vda vdb vdc; do head -c 48M /dev/urandom >$d.raw; done");
    start(
        "kvm-a",
        "web",
        disk("vda", IMAGES + "/vda.raw")
            + disk("vdb", IMAGES + "/vdb.raw")
            + disk("vdc", IMAGES + "/vdc.raw"));
    String id =
        service.migrate(
            request("web", disks("vda", "vdb", "vdc") + ",\"options\":{\"bandwidthMiBps\":2}"));
    // The service looks at its volumes every other second, and has to have seen what was written.
    await()
        .until(() ->
            service.migration(id).get("disks").get(0).get("bytesDone").asLong() > 24 * 1024 * 1024);
    make("kvm-b", "truncate -s 48M new; mv new vda.raw");
    define("kvm-b", "other", "", disk("vda", IMAGES + "/vdb.raw"));
    JsonNode ended = cancelled(id);
    assertThat(fates(ended, "kvm-b")).isEqualTo("vda LEFT vdb LEFT vdc DELETED");
    assertThat(reasons(ended, "vda")).first().asString().contains("Another file has its name");
    assertThat(reasons(ended, "vdb")).first().asString().contains("belongs to the domain");
    assertThat(lab.on("kvm-b", "ls", IMAGES)).isEqualTo("vda.raw\nvdb.raw");
  }

  @Test
  void aSocketOfAConsoleIsRefusedThatARunningGuestHas() {
    String console =
        "<serial type='unix'><source mode='bind' path='/run/libvirt/qemu/foreign.sock'/></serial>";
    start("kvm-a", "web", console);
    start("kvm-b", "other", console);
    JsonNode plan = plan("");
    assertThat(plan.get("possible").asBoolean()).isFalse();
    assertThat(plan.get("problems").size()).isEqualTo(1);
    JsonNode problem = plan.get("problems").get(0);
    assertThat(problem.get("type").asString()).endsWith(":destination-conflict");
    assertThat(problem.get("detail").asString())
        .contains(
            "devices/serial",
            "/run/libvirt/qemu/foreign.sock",
            lab.on("kvm-b", "virsh", "domuuid", "other").strip());
  }

  @Test
  void whatAGuestOpensIsRefusedWhereAnotherDomainsImageLiesOnItOrKeepsItsDataThere() {
    pool("kvm-a");
    pool("kvm-b");
    make(
        "kvm-b",
        """
        for f in nvram serial data; do truncate -s 256K $f.raw; sleep 0.02; done
        for f in nvram serial; do qemu-img create -q -f qcow2 -F raw -b %1$s/$f.raw $f.qcow2; done
        qemu-img create -q -f qcow2 -o data_file=%1$s/data.raw data.qcow2 256K
        """
            .formatted(IMAGES));
    List<String> owners = List.of("nvram", "serial", "data");
    for (String name : owners) {
      String path = "%s/%s.qcow2".formatted(IMAGES, name);
      define("kvm-b", name, "", disk("vda", "qcow2", "file", "file='%s'".formatted(path)));
    }
    define(
        "kvm-a",
        "web",
        """
        <loader readonly='yes' type='pflash'>/usr/share/seabios/bios-256k.bin</loader>
        <nvram template='/usr/share/seabios/bios.bin'>%s/nvram.raw</nvram>
        """
            .formatted(IMAGES),
        """
        <serial type='file'><source path='%1$s/serial.raw'/></serial>
        <serial type='unix'><source mode='bind' path='%1$s/data.raw'/></serial>
        """
            .formatted(IMAGES));
    lab.on("kvm-a", "virsh", "start", "--paused", "web");
    JsonNode plan = plan("");
    assertThat(plan.get("possible").asBoolean()).isFalse();
    List<String> details =
        plan.get("problems")
            .valueStream()
            .filter(problem -> problem.get("type").asString().endsWith(":destination-conflict"))
            .map(Object::toString)
            .toList();
    Map<String, String> uuids = uuids("nvram", "serial", "data");
    for (String owner : owners) {
      assertThat(String.join("\n", details))
          .contains("%s/%s.raw".formatted(IMAGES, owner), uuids.get(owner));
    }
  }

  /** The same name on both hosts, with a loop device of its own behind each. */
  private void device(String host) {
    make(
        host,
        """
        truncate -s 1M device.img
        losetup --find --show %1$s/device.img >%1$s.loop
        mknod /dev/ferry-foreign b 7 "$(sed 's,/dev/loop,,' %1$s.loop)"
        """
            .formatted(IMAGES));
  }

  /** libvirt takes each device for a shared one. */
  @Test
  void aGuestDoesNotGoOnOnTheDeviceOfAnotherDomain() {
    String device = disk("vda", "raw", "block", "dev='/dev/ferry-foreign'");
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host);
      device(host);
    }
    define("kvm-b", "other", "", device);
    start("kvm-a", "web", device);
    String owner = lab.on("kvm-b", "virsh", "domuuid", "other").strip();

    Service.Answer refused = service.post("/v1/migrations", request("web", ""));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.problem()).isEqualTo("destination-storage");
    assertThat(refused.text("detail"))
        .contains("would write into /dev/ferry-foreign as it is on kvm-b")
        .contains(owner);

    lab.on("kvm-b", "virsh", "undefine", "other");
    JsonNode ended = service.awaitEnd(service.migrate(request("web", "")));
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
  }

  @Test
  void aGuestDoesNotFindTheImageOfAnotherDomainAtItsNextStart() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host);
      make(host, "truncate -s 1M vda.raw; truncate -s 1M later.raw");
    }
    define("kvm-b", "other", "", disk("vda", IMAGES + "/later.raw"));
    start("kvm-a", "web", disk("vda", IMAGES + "/vda.raw"));
    lab.on("kvm-a", "virsh", "attach-disk", "web", IMAGES + "/later.raw", "vdb", "--config");

    Service.Answer refused = service.post("/v1/migrations", request("web", disks("vda")));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.problem()).isEqualTo("destination-conflict");
    assertThat(refused.text("detail"))
        .contains("would open %s/later.raw on kvm-b".formatted(IMAGES))
        .contains(lab.on("kvm-b", "virsh", "domuuid", "other").strip());

    lab.on("kvm-b", "virsh", "undefine", "other");
    JsonNode ended = service.awaitEnd(service.migrate(request("web", disks("vda"))));
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
  }

  /** No pool shows what is there; the definitions of those that are stopped tell whose it is. */
  @Test
  void nothingIsWrittenOverThatAStoppedPoolOfTheDestinationHolds() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      lab.on(host, "mkdir", "-p", IMAGES);
      make(host, "truncate -s 1M vda.raw");
      device(host);
    }
    lab.on(
        "kvm-b",
        "sh",
        "-euc",
        """
        virsh pool-define-as again dir --target %1$s
        virsh pool-define-as shared fs --source-dev /dev/ferry-foreign --target %1$s.mnt
        """
            .formatted(IMAGES));
    define("kvm-b", "other", "", disk("vda", "raw", "volume", "pool='again' volume='vda.raw'"));
    start(
        "kvm-a",
        "web",
        disk("vda", IMAGES + "/vda.raw") + disk("vdb", "raw", "block", "dev='/dev/ferry-foreign'"));
    String owner = lab.on("kvm-b", "virsh", "domuuid", "other").strip();

    JsonNode plan = plan(disks("vda", "vdb"));
    assertThat(plan.get("possible").asBoolean()).isFalse();
    assertThat(plan.get("problems").toString())
        .contains("%s/vda.raw on kvm-b belongs to the domain %s".formatted(IMAGES, owner))
        .contains("/dev/ferry-foreign on kvm-b holds the data of pool shared of kvm-b");

    lab.on("kvm-b", "virsh", "undefine", "other");
    lab.on("kvm-b", "virsh", "pool-undefine", "shared");
    JsonNode free = plan(disks("vda", "vdb"));
    assertThat(free.get("possible").asBoolean()).as(free.toString()).isTrue();
  }

  @Test
  void aGuestTakesNothingOfAnotherDomainAtItsNextStartByAPoolOrAsADevice() {
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host);
      make(host, "truncate -s 1M vda.raw; truncate -s 1M later.raw");
    }
    define("kvm-b", "other", "", disk("vda", IMAGES + "/later.raw"));
    start("kvm-a", "web", disk("vda", IMAGES + "/vda.raw"));
    lab.on("kvm-a", "virsh", "pool-refresh", "foreign");
    attachLater(disk("vdb", "raw", "volume", "pool='foreign' volume='later.raw'"));
    Service.Answer volume = service.post("/v1/migrations", request("web", disks("vda")));
    assertThat(volume.status()).isEqualTo(422);
    assertThat(volume.problem()).isEqualTo("destination-conflict");
    assertThat(volume.text("detail"))
        .contains("would open %s/later.raw on kvm-b".formatted(IMAGES))
        .contains(lab.on("kvm-b", "virsh", "domuuid", "other").strip());

    lab.on("kvm-a", "virsh", "detach-disk", "web", "vdb", "--config");
    attachLater(
        "<hostdev mode='subsystem' type='pci' managed='no'><source><address domain='0x0000'"
            + " bus='0x00' slot='0x1f' function='0x0'/></source></hostdev>");
    Service.Answer device = service.post("/v1/migrations", request("web", disks("vda")));
    assertThat(device.status()).isEqualTo(422);
    assertThat(device.problem()).isEqualTo("domain-not-migratable");
    assertThat(device.text("detail"))
        .contains("At its next start it would have the host's PCI device 0000:00:1f.0");
  }

  /** In the definition for the next start alone. */
  private void attachLater(String device) {
    lab.on(
        "kvm-a",
        "sh",
        "-c",
        "echo \"$1\" | virsh attach-device web /dev/stdin --config",
        "attach",
        device);
  }

  /** Each host has a server of its own by that name; libvirt takes them for one. */
  @Test
  void aGuestDoesNotGoOnOnWhatTheServerOfAnotherDomainHas() {
    String disk =
        """
        <disk type='network'><driver name='qemu' type='raw'/><source protocol='nbd' name='vol'>
        <host transport='unix' socket='%s.socket'/></source><target dev='vda' bus='virtio'/></disk>
        """
            .formatted(IMAGES);
    for (String host : List.of("kvm-a", "kvm-b")) {
      pool(host);
      make(
          host,
          """
          truncate -s 1M served.raw
          qemu-nbd --fork --persistent -f raw -x vol -e 4 -k %1$s.socket --pid-file=%1$s.nbd served.raw
          chmod 666 %1$s.socket
          """
              .formatted(IMAGES));
    }
    define("kvm-b", "other", "", disk);
    start("kvm-a", "web", disk);

    Service.Answer refused = service.post("/v1/migrations", request("web", ""));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.problem()).isEqualTo("destination-conflict");
    assertThat(refused.text("detail"))
        .contains(lab.on("kvm-b", "virsh", "domuuid", "other").strip());

    lab.on("kvm-b", "virsh", "undefine", "other");
    JsonNode ended = service.awaitEnd(service.migrate(request("web", "")));
    assertThat(ended.get("state").asString()).as(ended.toString()).isEqualTo("SUCCEEDED");
  }
}
