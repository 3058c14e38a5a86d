package dev.virtferry.disk;

import static dev.virtferry.libvirt.Domains.MIB;
import static dev.virtferry.libvirt.Domains.disk;
import static dev.virtferry.libvirt.Domains.onImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.virtferry.BesideOthers;
import dev.virtferry.disk.Placement.Obstacle;
import dev.virtferry.disk.VolumePlan.Action;
import dev.virtferry.disk.VolumePlan.Original;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.StorageVolume;
import dev.virtferry.libvirt.StorageVolume.Backing;
import dev.virtferry.libvirt.StorageVolume.Layout;
import dev.virtferry.libvirt.StorageVolume.Permissions;
import dev.virtferry.libvirt.StorageVolume.Timestamps;
import dev.virtferry.libvirt.VolumeSpec;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Problem.FieldError;
import dev.virtferry.problem.ProblemType;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@BesideOthers
class DestinationVolumesTest {

  private static final HostAddress SOURCE = new HostAddress("kvm-a", "qemu+tls://kvm-a/system");
  private static final HostAddress DESTINATION =
      new HostAddress("kvm-b", "qemu+tls://kvm-b/system");
  private static final HostAddress THIRD = new HostAddress("kvm-c", "qemu+tls://kvm-c/system");
  private static final UUID GUEST = UUID.randomUUID();
  private static final Layout OLD = new Layout("0.10", 131_072, List.of());

  private final FakeStorage storage = new FakeStorage();
  private final FakeHypervisor hypervisor = new FakeHypervisor();
  private final SharedStorage shared = new SharedStorage(new DiskProperties(List.of("/shared")));
  private final FilesInUse files =
      new FilesInUse(
          hypervisor.ports(), storage, shared, () -> List.of(SOURCE, DESTINATION, THIRD));
  private final DestinationVolumes volumes = new DestinationVolumes(storage, files, shared);

  private Overwrite overwrite = Overwrite.OWN;
  private Map<ImageName, VolumeMark> own = Map.of();

  private void pool(String host, long availableBytes) {
    storage.pool(host, new StoragePool("images", "dir", "/srv", availableBytes));
  }

  private void volume(
      String host,
      String name,
      String format,
      long capacity,
      long allocation,
      @Nullable Backing on) {
    storage.volume(
        host,
        new StorageVolume(
            "images",
            name,
            "/srv/" + name,
            format,
            capacity,
            allocation,
            0,
            format.equals("qcow2") ? OLD : null,
            new Permissions("0640", "64055", "108"),
            false,
            on,
            null));
  }

  private static DomainDisk qcow2(String target) {
    return onImage(
        target, new DiskImage(SourceType.FILE, "/srv/" + target + ".qcow2", "qcow2", null));
  }

  /** A disk vda on the overlay /srv/o.qcow2 of /srv/base.raw. */
  private static DomainDisk overlay() {
    var base = new DiskImage(SourceType.FILE, "/srv/base.raw", "raw", null);
    return onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", base));
  }

  private void overlayOnTheSource() {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    volume("kvm-a", "o.qcow2", "qcow2", 64 * MIB, 3 * MIB, new Backing("/srv/base.raw", "raw"));
    volume("kvm-a", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
  }

  private Placement place(CopyMode mode, Map<String, VolumeWish> places, DomainDisk... disks) {
    return place(mode, places, List.of(disks), List.of());
  }

  private Placement place(
      CopyMode mode,
      Map<String, VolumeWish> places,
      List<DomainDisk> disks,
      List<DomainDisk> staying) {
    return volumes
        .look(DESTINATION, SOURCE)
        .plan(
            new CopyWish(
                GUEST,
                disks,
                staying,
                besides,
                opened,
                true,
                mode,
                BackingCheck.SIZE,
                places,
                Map.of("images", 10 * MIB),
                Set.of(
                    new ImageName("kvm-b", "/srv/promised.raw"), new ImageName(null, "/shared/x")),
                overwrite,
                own),
            storage.pools(SOURCE));
  }

  private List<DomainDisk> besides = List.of();
  private Set<String> opened = Set.of();

  private Placement vdaTo(String name) {
    pool("kvm-b", 100 * MIB);
    return place(
        CopyMode.FULL,
        Map.of("vda", new VolumeWish("images", name)),
        List.of(Domains.disk("vda")),
        List.of());
  }

  private static String objections(Placement placement) {
    return placement.obstacles().stream().map(o -> o.problem().detail()).toList().toString();
  }

  /** libvirt lists no domain while it keeps one locked, as for storage that hangs. */
  @Test
  void aNewImageIsPlannedBesideADomainThatIsLocked() {
    hypervisor.define(
        "kvm-b",
        UUID.randomUUID(),
        "<domain><devices><disk type='file'><source file='/srv/off.raw'/></disk></devices></domain>");
    assertThat(objections(vdaTo("vda.raw"))).isEqualTo("[]");
    hypervisor.lock("kvm-b", true);
    Placement placement = vdaTo("vda.raw");
    assertThat(objections(placement)).isEqualTo("[]");
    assertThat(placement.doubts().toString())
        .contains("its daemon does not tell of all of its domains; what its domains named before");
    assertThat(objections(vdaTo("off.raw"))).contains("belongs to the domain");
    List<String> opened = List.of("/srv/off.raw", "/dev/urandom");
    assertThat(volumes.look(DESTINATION, SOURCE).namers(opened, GUEST))
        .containsOnlyKeys("/srv/off.raw");
    assertThat(volumes.look(DESTINATION, SOURCE).writers(opened, GUEST))
        .containsOnlyKeys("/srv/off.raw");
  }

  @Test
  void nothingIsWrittenOverBesideADomainThatIsLocked() {
    assertThat(objections(vdaTo("vda.raw"))).isEqualTo("[]");
    volume("kvm-b", "vda.raw", "raw", 64 * MIB, 0, null);
    hypervisor.lock("kvm-b", true);
    assertThatThrownBy(() -> vdaTo("vda.raw"))
        .isInstanceOf(HostUnreachable.class)
        .hasMessageContaining("kvm-b answers");
  }

  @Test
  void nothingIsPlannedWhereNobodyEverToldWhatTheDomainsName() {
    hypervisor.lock("kvm-b", true);
    assertThatThrownBy(() -> vdaTo("vda.raw")).isInstanceOf(HostUnreachable.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"OWN", "ANY", "NEVER"})
  void nothingIsCopiedOverAnotherDiskOfTheGuest(Overwrite how) {
    volume("kvm-b", "vdb.raw", "raw", 64 * MIB, 20 * MIB, null);
    overwrite = how;
    besides = List.of(onImage("vdb", new DiskImage(SourceType.FILE, "/srv/vdb.raw", "raw", null)));
    assertThat(objections(vdaTo("vdb.raw"))).contains("The guest itself has /srv/vdb.raw besides");
    assertThat(objections(vdaTo("vdc.raw"))).isEqualTo("[]");
  }

  @Test
  void norOverWhatIsBeneathAnotherDiskOfTheGuest() {
    var beneath = new DiskImage(SourceType.FILE, "/srv/base.raw", "raw", null);
    besides =
        List.of(onImage("vdb", new DiskImage(SourceType.FILE, "/far/o.qcow2", "qcow2", beneath)));
    assertThat(objections(vdaTo("base.raw")))
        .contains("The guest itself has /srv/base.raw besides");
  }

  /** A definition keeps a path as it was written. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/srv/log.raw", "/srv", "/srv//log.raw", "/srv/./log.raw", "/srv/", "//srv/."})
  void norOverWhatTheGuestOpens(String path) {
    opened = Set.of(path);
    assertThat(objections(vdaTo("log.raw"))).contains("The guest itself has /srv/log.raw besides");
  }

  @Test
  void norOverWhatTheGuestOpensInAPoolWhosePathIsWrittenInAnotherWay() {
    opened = Set.of("/logs/web.log");
    storage.pool("kvm-b", new StoragePool("logs", "dir", "/logs/.", 100 * MIB));
    Placement placement =
        place(
            CopyMode.FULL,
            Map.of("vda", new VolumeWish("logs", "web.log")),
            List.of(disk("vda")),
            List.of());
    assertThat(objections(placement)).contains("The guest itself has /logs/./web.log besides");
  }

  /** Two pools on one folder, of which one has it by a link. */
  @Test
  void norOverWhatTheGuestOpensByAnotherOfItsNames() {
    opened = Set.of("/logs/web.log");
    storage.pool("kvm-b", new StoragePool("logs", "dir", "/logs", 0));
    var written = new Timestamps(Instant.EPOCH, Instant.EPOCH);
    for (String name : List.of("logs", "images")) {
      String folder = name.equals("logs") ? "/logs/" : "/srv/";
      storage.volume(
          "kvm-b",
          new StorageVolume(
              name,
              "web.log",
              folder + "web.log",
              "raw",
              64 * MIB,
              0,
              0,
              null,
              null,
              false,
              null,
              written));
    }
    overwrite = Overwrite.ANY;
    assertThat(objections(vdaTo("web.log"))).contains("The guest itself has /srv/web.log besides");
  }

  /** It is on neither a list nor in the definition: the header of an image there names it. */
  @Test
  void norOverWhereAnotherDiskOfTheGuestKeepsItsData() {
    volume("kvm-b", "ro.qcow2", "qcow2", 64 * MIB, 0, null);
    volume("kvm-b", "ro.data", "raw", 64 * MIB, 0, null);
    storage.volume("kvm-b", withLayout("ro.qcow2"));
    storage.content("kvm-b", "images", "ro.qcow2", Images.keepingDataIn("/srv/ro.data"));
    besides =
        List.of(onImage("vdb", new DiskImage(SourceType.FILE, "/srv/ro.qcow2", "qcow2", null)));
    overwrite = Overwrite.ANY;
    assertThat(objections(vdaTo("ro.data"))).contains("The guest itself has /srv/ro.data besides");
  }

  private static StorageVolume withLayout(String name) {
    return new StorageVolume(
        "images",
        name,
        "/srv/" + name,
        "qcow2",
        64 * MIB,
        0,
        0,
        Layout.USUAL,
        null,
        false,
        null,
        null);
  }

  private List<VolumePlan> plans(DomainDisk... disks) {
    Placement placement = place(CopyMode.FULL, Map.of(), disks);
    assertThat(placement.obstacles()).isEmpty();
    return placement.volumes();
  }

  private Problem refusal(DomainDisk... disks) {
    return refusal(place(CopyMode.FULL, Map.of(), disks));
  }

  private static Problem refusal(Placement placement) {
    Problem problem = placement.obstacles().getFirst().problem();
    assertThat(problem.type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    return problem;
  }

  @Test
  void expectsAnImageWhereNoPoolLetsItLook() {
    VolumePlan plan = plans(disk("vda")).getFirst();
    assertThat(plan)
        .isEqualTo(
            new VolumePlan(
                "vda",
                Action.EXPECT,
                "/srv/vda.raw",
                false,
                64 * MIB,
                64 * MIB,
                null,
                null,
                List.of(),
                null,
                List.of(new ImageName("kvm-b", "/srv/vda.raw")),
                "/srv/vda.raw",
                DestinationImage.UNKNOWN_CONTENT,
                null,
                64 * MIB,
                null));
  }

  @Test
  void makesAnAbsentImageLikeTheOneThatIsCopied() {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    volume("kvm-a", "vda.qcow2", "qcow2", 64 * MIB, 5 * MIB, null);
    VolumePlan plan = plans(qcow2("vda")).getFirst();
    var spec =
        new VolumeSpec(
            "images",
            "vda.qcow2",
            "qcow2",
            64 * MIB,
            OLD,
            new Permissions("0640", "64055", "108"),
            null);
    assertThat(plan)
        .isEqualTo(
            new VolumePlan(
                "vda",
                Action.CREATE,
                "/srv/vda.qcow2",
                false,
                64 * MIB,
                5 * MIB,
                spec,
                100 * MIB,
                List.of(),
                new Original(
                    "images",
                    "vda.qcow2",
                    "/srv/vda.qcow2",
                    VolumeMark.of(storage.volume(SOURCE, "images", "vda.qcow2").orElseThrow())),
                List.of(new ImageName("kvm-b", "/srv/vda.qcow2")),
                "/srv/vda.qcow2",
                DestinationImage.ABSENT,
                null,
                64 * MIB,
                null));
    assertThat(storage.deeds()).as("a plan changes nothing").isEmpty();
    volumes.make(plan, 70 * MIB, DESTINATION);
    assertThat(volumes.capacity("images", "vda.qcow2", DESTINATION)).contains(70 * MIB);
    volumes.trim(plan, DESTINATION);
    assertThat(volumes.capacity("images", "vda.qcow2", DESTINATION)).contains(64 * MIB);
    assertThat(storage.volume(DESTINATION, "images", "vda.qcow2"))
        .map(StorageVolume::layout)
        .contains(OLD);
  }

  @Test
  void takesTheUsualLayoutOfQcow2WhereTheSourceHasNoPool() {
    pool("kvm-b", 100 * MIB);
    assertThat(plans(qcow2("vda")))
        .singleElement()
        .satisfies(plan -> {
          assertThat(plan.volume()).isNotNull();
          assertThat(plan.volume().layout()).isEqualTo(Layout.USUAL);
          assertThat(plan.volume().permissions()).isNull();
          assertThat(plan.bytesToCopy()).isEqualTo(64 * MIB);
        });
  }

  @Test
  void copiesWhatQemuSaysIsAllocatedWhereTheSourceHasNoPool() {
    assertThat(plans(disk("vda").sized(64 * MIB, 7 * MIB)).getFirst().bytesToCopy())
        .isEqualTo(7 * MIB);
  }

  @Test
  void reusesAnImageThatFits() {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vda.raw", "raw", 64 * MIB, 0, null);
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.REUSE);
  }

  @Test
  void readsAPoolAnewOnceWhereItIsToReceive() {
    pool("kvm-a", 0);
    pool("kvm-b", 200 * MIB);
    storage.pool("kvm-b", new StoragePool("other", "dir", "/other", 0));
    volume("kvm-a", "vda.qcow2", "qcow2", 64 * MIB, 5 * MIB, null);
    volume("kvm-a", "vdb.qcow2", "qcow2", 64 * MIB, 5 * MIB, null);
    assertThat(plans(qcow2("vda"), qcow2("vdb"))).hasSize(2);
    assertThat(storage.refreshes()).containsExactly("kvm-b/images");
  }

  @Test
  void seesWhatSomebodyPutThereByHand() {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    storage.byHand("kvm-b", seen(0, NOON));
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.REUSE);
  }

  @Test
  void goesOnWithWhatIsKnownWhereAPoolCantBeReadAnew() {
    pool("kvm-b", 100 * MIB);
    storage.breakPool("kvm-b", "images");
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"));
    assertThat(placement.obstacles()).isEmpty();
    assertThat(placement.doubts())
        .containsExactly("Pool images of kvm-b is not read anew: played.");
  }

  @Test
  void aPoolThatHangsIsInTheWayOfTheDisksThatNeedItAlone() {
    pool("kvm-b", 100 * MIB);
    storage.pool("kvm-b", new StoragePool("sick", "dir", "/sick", 100 * MIB));
    storage.hang("kvm-b", "sick");
    var others = new DiskImage(SourceType.FILE, "/sick/other.raw", "raw", null);
    hypervisor.put("kvm-b", Domains.running("other", onImage("vda", others)));
    volume("kvm-b", "vda.raw", "raw", 64 * MIB, 0, null);
    var sick = onImage("vdb", new DiskImage(SourceType.FILE, "/sick/vdb.raw", "raw", null));
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"), sick);
    assertThat(placement.volumes()).extracting(VolumePlan::target).containsExactly("vda");
    assertThat(placement.doubts()).singleElement().asString().contains("Pool sick of kvm-b");
    assertThat(placement.obstacles())
        .singleElement()
        .satisfies(obstacle -> {
          assertThat(obstacle.target()).isEqualTo("vdb");
          assertThat(obstacle.problem().detail())
              .contains("Pool sick of kvm-b does not answer, and its host does");
        });
  }

  @Test
  void aPoolThatCanNotBeListedIsInNobodysWayAndIsUsedByName() {
    pool("kvm-b", 100 * MIB);
    storage.pool("kvm-b", new StoragePool("full", "dir", "/full", 100 * MIB));
    storage.refuseToList("kvm-b", "full");
    var others = new DiskImage(SourceType.FILE, "/full/other.raw", "raw", null);
    hypervisor.put("kvm-b", Domains.running("other", onImage("vda", others)));
    volume("kvm-b", "vda.raw", "raw", 64 * MIB, 0, null);
    var full = onImage("vdb", new DiskImage(SourceType.FILE, "/full/vdb.raw", "raw", null));
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"), full);
    assertThat(placement.obstacles()).isEmpty();
    assertThat(placement.volumes()).extracting(VolumePlan::target).containsExactly("vda", "vdb");
    assertThat(placement.doubts())
        .anySatisfy(doubt ->
            assertThat(doubt).contains("pool full of kvm-b", "too many remote strings: 20000"));
  }

  private @Nullable DestinationImage image(DomainDisk disk) {
    return place(CopyMode.FULL, Map.of(), disk).images().get(disk.target());
  }

  private static StorageVolume seen(long allocation, @Nullable Timestamps timestamps) {
    return new StorageVolume(
        "images",
        "vda.raw",
        "/srv/vda.raw",
        "raw",
        64 * MIB,
        allocation,
        0,
        null,
        null,
        false,
        null,
        timestamps);
  }

  /** Data at the place of vda, last written at noon. */
  private void dataIsThere() {
    pool("kvm-b", 100 * MIB);
    storage.volume("kvm-b", seen(5 * MIB, NOON));
  }

  private void leftAs(StorageVolume before) {
    own = Map.of(new ImageName("kvm-b", "/srv/./vda.raw"), VolumeMark.of(before));
  }

  @ParameterizedTest
  @CsvSource({"OWN, false", "ANY, true", "NEVER, false"})
  void writesOverDataOfWhichItKnowsNobodyOnlyWhereThatIsAskedFor(Overwrite asked, boolean goes) {
    dataIsThere();
    overwrite = asked;
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"));
    assertThat(placement.images()).containsExactly(Map.entry("vda", DestinationImage.FOREIGN));
    assertThat(placement.obstacles().isEmpty()).isEqualTo(goes);
    assertThat(placement.volumes()).hasSize(goes ? 1 : 0);
  }

  @Test
  void saysWhatIsToBeDoneAboutDataThatIsInTheWay() {
    dataIsThere();
    Problem problem = refusal(disk("vda"));
    assertThat(problem.errors()).extracting(FieldError::pointer).containsExactly("#/disks/0");
    assertThat(problem.detail())
        .startsWith("/srv/vda.raw on kvm-b holds data")
        .endsWith("or let options.overwrite be ANY.");
    overwrite = Overwrite.NEVER;
    assertThat(refusal(disk("vda")).detail()).contains("there already", "NEVER");
  }

  @ParameterizedTest
  @CsvSource({"OWN, true", "ANY, true", "NEVER, false"})
  void writesOverWhatTheDomainLeftThere(Overwrite asked, boolean goes) {
    dataIsThere();
    leftAs(seen(7 * MIB, NOON));
    overwrite = asked;
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"));
    assertThat(placement.images()).containsExactly(Map.entry("vda", DestinationImage.OWN));
    assertThat(placement.obstacles().isEmpty()).isEqualTo(goes);
    assertThat(placement.changed()).isEmpty();
  }

  @Test
  void takesAnImageForTheDomainsNoMoreOnceSomebodyChangedIt() {
    dataIsThere();
    List<StorageVolume> before =
        List.of(
            seen(5 * MIB, LATER),
            seen(5 * MIB, new Timestamps(NOON.modified(), NOON.changed().plusNanos(1))),
            seen(5 * MIB, new Timestamps(NOON.modified().plusNanos(1), NOON.changed())),
            seen(5 * MIB, null));
    for (StorageVolume left : before) {
      leftAs(left);
      Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"));
      assertThat(placement.images()).containsValue(DestinationImage.FOREIGN);
      assertThat(placement.obstacles()).isNotEmpty();
      assertThat(placement.changed()).isEqualTo(own);
    }
  }

  @Test
  void knowsNothingOfAnImageOfWhichThePoolTellsNoTimes() {
    pool("kvm-b", 100 * MIB);
    storage.volume("kvm-b", seen(5 * MIB, null));
    leftAs(seen(5 * MIB, null));
    assertThat(image(disk("vda"))).isEqualTo(DestinationImage.FOREIGN);
  }

  @Test
  void neverWritesOverWhatAnotherDomainNamesWhateverItIsAndWhateverIsAsked() {
    dataIsThere();
    stoppedOn("kvm-b", "/srv/vda.raw");
    leftAs(seen(5 * MIB, NOON));
    for (Overwrite asked : Overwrite.values()) {
      overwrite = asked;
      Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"));
      assertThat(placement.images()).containsExactly(Map.entry("vda", DestinationImage.NAMED));
      assertThat(placement.volumes()).isEmpty();
      assertThat(refusal(placement).detail()).contains("belongs to the domain " + OTHER);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0, EMPTY", "4096, 0, EMPTY", "4096, 9, FOREIGN", "8192, 0, FOREIGN"})
  void tellsAnEmptyRawImageByItsHolesAndTheOneBlockThatItMayHave(
      long allocation, byte written, DestinationImage image) {
    pool("kvm-b", 100 * MIB);
    storage.volume("kvm-b", seen(allocation, NOON));
    var content = new byte[3 * 4096];
    content[2 * 4096] = written;
    storage.content("kvm-b", "images", "vda.raw", content);
    assertThat(image(disk("vda"))).isEqualTo(image);
  }

  private @Nullable DestinationImage image(ByteBuffer qcow2, long fileBytes) {
    storage.reset();
    pool("kvm-b", 100 * MIB);
    storage.volume("kvm-b", file("vda.qcow2", "qcow2", 64 * MIB, fileBytes));
    var bytes = new byte[qcow2.capacity()];
    qcow2.get(0, bytes);
    storage.content("kvm-b", "images", "vda.qcow2", bytes);
    return image(qcow2("vda"));
  }

  /** An image of the pool images. */
  private static StorageVolume file(String name, String format, long capacity, long fileBytes) {
    return new StorageVolume(
        "images",
        name,
        "/srv/" + name,
        format,
        capacity,
        200_704,
        fileBytes,
        format.equals("qcow2") ? Layout.USUAL : null,
        null,
        false,
        null,
        NOON);
  }

  @Test
  void takesAQcow2ImageForEmptyThatIsAsQemuImgLeavesIt() {
    assertThat(image(Images.qcow2(), Images.EMPTY_BYTES)).isEqualTo(DestinationImage.EMPTY);
    assertThat(image(Images.qcow2(), 4 * Images.CLUSTER))
        .as("made smaller, its last cluster is whole")
        .isEqualTo(DestinationImage.EMPTY);
  }

  @Test
  void takesAQcow2ImageForWrittenThatHoldsAnythingElse() {
    Map<String, ByteBuffer> images =
        Map.of(
            "a cluster",
            Images.qcow2().putLong(3 * Images.CLUSTER, 196_608),
            "a snapshot",
            Images.qcow2().putInt(60, 1),
            "data in another file",
            ByteBuffer.wrap(Images.keepingDataIn("/srv/x.raw")),
            "a bitmap",
            Images.extended(0x23852875, new byte[24]),
            "what is beneath it",
            Images.qcow2().putLong(8, 512).putInt(16, 1));
    images.forEach((what, image) ->
        assertThat(image(image, Images.EMPTY_BYTES))
            .as(what)
            .isIn(DestinationImage.FOREIGN, DestinationImage.NAMED));
  }

  @Test
  void takesAQcow2ImageForWrittenWhoseFileHoldsMoreThanItsTables() {
    assertThat(image(Images.qcow2(), 4 * Images.CLUSTER + 1)).isEqualTo(DestinationImage.FOREIGN);
    assertThat(image(Images.qcow2(), 1L << 40)).isEqualTo(DestinationImage.FOREIGN);
    assertThat(image(Images.qcow2(), 0)).as("not told").isEqualTo(DestinationImage.FOREIGN);
    ByteBuffer appended = Images.qcow2().putLong(Images.EMPTY_BYTES + 100, 1);
    assertThat(image(appended, Images.EMPTY_BYTES + 200)).isEqualTo(DestinationImage.FOREIGN);
  }

  @Test
  void takesWhatIsNoQcow2ImageForData() {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vda.qcow2", "qcow2", 64 * MIB, 0, null);
    assertThat(image(qcow2("vda"))).isEqualTo(DestinationImage.FOREIGN);
  }

  @ParameterizedTest
  @CsvSource({"OWN, true", "ANY, true", "NEVER, false"})
  void goesOnUnseenWhereNoPoolTellsOrAnImageIsNoFile(Overwrite asked, boolean goes) {
    overwrite = asked;
    unseen(goes);
    storage.pool("kvm-b", new StoragePool("images", "logical", "/srv", 0));
    storage.volume("kvm-b", seen(64 * MIB, null));
    unseen(goes);
  }

  private void unseen(boolean goes) {
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"));
    assertThat(placement.images()).containsValue(DestinationImage.UNKNOWN_CONTENT);
    assertThat(placement.obstacles().isEmpty()).isEqualTo(goes);
    assertThat(placement.unseen("kvm-b")).hasSize(goes ? 1 : 0);
  }

  @Test
  void refusesAnImageOfAnotherSize() {
    pool("kvm-b", 1000 * MIB);
    volume("kvm-b", "vdb.raw", "raw", 65 * MIB, 0, null);
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda"), disk("vdb"));
    Problem problem = refusal(placement);
    assertThat(placement.obstacles()).extracting(Obstacle::target).containsExactly("vdb");
    assertThat(problem.errors()).extracting(FieldError::pointer).containsExactly("#/disks/1");
    assertThat(problem.detail()).contains("/srv/vdb.raw on kvm-b has 68157440 bytes");
  }

  /** A guest sees whole sectors of a raw file, however long that is. */
  @ParameterizedTest
  @CsvSource({"8388708, true", "8389120, true", "8389121, false", "8388608, false"})
  void takesARawImageWhoseLastSectorIsNotWhole(long fileBytes, boolean fits) {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vda.raw", "raw", fileBytes, 0, null);
    Placement placement = place(CopyMode.FULL, Map.of(), disk("vda").sized(8_389_120, 0));
    assertThat(placement.volumes()).hasSize(fits ? 1 : 0);
    assertThat(VolumeMark.of(sized(8_388_708)).mayBe(sized(fileBytes))).isEqualTo(fits);
  }

  private StorageVolume sized(long bytes) {
    return new StorageVolume(
        "images", "v", "/srv/v", "raw", bytes, 0, bytes, null, null, false, null, null);
  }

  @Test
  void comparesOtherImagesToTheByte() {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vda.qcow2", "qcow2", 64 * MIB - 1, 0, null);
    assertThat(refusal(qcow2("vda")).detail()).contains("has 67108863 bytes");
  }

  private void encrypted(String host, String format, boolean encrypted) {
    String name = "vda." + format;
    storage.volume(
        host,
        new StorageVolume(
            "images",
            name,
            "/srv/" + name,
            format,
            64 * MIB,
            0,
            0,
            null,
            null,
            encrypted,
            null,
            null));
  }

  /** QEMU opens the copy as it opens the original, with the same secret or with none. */
  @ParameterizedTest
  @CsvSource({
    "qcow2, true, true, ''",
    "qcow2, true, false, is not encrypted and vda is;",
    "qcow2, false, true, is encrypted and vda is not;",
    "raw, true, true, ''",
    "raw, true, false, is not encrypted and vda is;",
    "raw, false, true, ''",
  })
  void takesAnEncryptedImageForADiskThatIsEncryptedAndForNoOther(
      String format, boolean disk, boolean there, String refusal) {
    pool("kvm-b", 100 * MIB);
    encrypted("kvm-b", format, there);
    overwrite = Overwrite.ANY;
    DomainDisk plain = format.equals("raw") ? disk("vda") : qcow2("vda");
    String objections =
        objections(place(CopyMode.FULL, Map.of(), disk ? Domains.encrypted(plain) : plain));
    assertThat(objections).contains(refusal);
    assertThat(objections.equals("[]")).isEqualTo(refusal.isEmpty());
  }

  /** What a guest encrypts itself is for virt-ferry like any data. */
  @ParameterizedTest
  @CsvSource({"true, false, false", "false, true, true"})
  void makesAnImageUnlessQemuEncryptsTheDisk(boolean disk, boolean here, boolean made) {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    encrypted("kvm-a", "raw", here);
    DomainDisk copied = disk ? Domains.encrypted(disk("vda")) : disk("vda");
    assertThat(place(CopyMode.FULL, Map.of(), copied).volumes()).hasSize(made ? 1 : 0);
  }

  @Test
  void refusesAnImageOfAnotherFormat() {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vda.raw", "qcow2", 64 * MIB, 0, null);
    assertThat(refusal(disk("vda")).detail()).contains("is qcow2 and vda is raw");
  }

  @Test
  void refusesAnImageThatAnotherDomainUses() {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "vda.raw", "raw", 64 * MIB, 0, null);
    hypervisor.put("kvm-b", Domains.running("other", disk("vda")));
    assertThat(refusal(disk("vda")).detail())
        .contains("/srv/vda.raw on kvm-b belongs to the domain");
  }

  private Problem refusalAt(String pool, String name) {
    return refusal(place(CopyMode.FULL, Map.of("vda", new VolumeWish(pool, name)), disk("vda")));
  }

  @Test
  void refusesAnImageThatAnotherMigrationCopiesInto() {
    pool("kvm-b", 100 * MIB);
    assertThat(refusalAt("images", "promised.raw").detail())
        .contains("Another migration copies into /srv/promised.raw on kvm-b");
    storage.pool("kvm-b", new StoragePool("twin", "dir", "/srv/", 100 * MIB));
    assertThat(refusalAt("twin", "promised.raw").detail()).contains("Another migration");
    storage.pool("kvm-b", new StoragePool("nfs", "dir", "/shared", 100 * MIB));
    assertThat(refusalAt("nfs", "x").detail()).contains("Another migration");
  }

  @Test
  void refusesAnotherNameOfAnImageThatAnotherMigrationCopiesInto() {
    pool("kvm-b", 100 * MIB);
    storage.pool("kvm-b", new StoragePool("linked", "dir", "/linked", 100 * MIB));
    stamped("kvm-b", "images", "/srv/promised.raw", NOON);
    stamped("kvm-b", "linked", "/linked/y.raw", NOON);
    assertThat(refusalAt("linked", "y.raw").detail()).contains("Another migration");
  }

  @Test
  void refusesTwoNamesOfOnePlaceForTwoDisks() {
    pool("kvm-b", 1000 * MIB);
    storage.pool("kvm-b", new StoragePool("twin", "dir", "/srv/", 1000 * MIB));
    assertThat(
            refusal(
                    place(
                        CopyMode.FULL,
                        Map.of("vdb", new VolumeWish("twin", "vda.raw")),
                        disk("vda"),
                        disk("vdb")))
                .detail())
        .contains("Another disk goes to");
  }

  // Whose image it is.

  private static final UUID OTHER = UUID.fromString("11111111-2222-4333-8444-555555555555");
  private static final Timestamps NOON =
      new Timestamps(Instant.parse("2026-11-28T12:00:00Z"), Instant.parse("2026-11-28T12:00:01Z"));
  private static final Timestamps LATER =
      new Timestamps(Instant.parse("2026-11-28T12:00:00Z"), Instant.parse("2026-11-28T12:00:02Z"));

  private void stamped(String host, String pool, String path, Timestamps timestamps) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    storage.volume(
        host,
        new StorageVolume(
            pool, name, path, "raw", 64 * MIB, 5 * MIB, 0, null, null, false, null, timestamps));
  }

  /** The image of vda is at the destination already, in the pool images. */
  private void vdaIsThere() {
    pool("kvm-b", 100 * MIB);
    stamped("kvm-b", "images", "/srv/vda.raw", NOON);
  }

  private void stopped(String host, String devices) {
    hypervisor.define(host, OTHER, "<domain><devices>%s</devices></domain>".formatted(devices));
  }

  private void stoppedOn(String host, String path) {
    stopped(host, "<disk type='file'><source file='%s'/></disk>".formatted(path));
  }

  @Test
  void refusesAnImageThatAStoppedDomainNamesInAnotherSpelling() {
    vdaIsThere();
    stoppedOn("kvm-b", "/srv/../srv//vda.raw");
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  @Test
  void refusesAnImageThatADomainNamesByARelativePath() {
    vdaIsThere();
    stoppedOn("kvm-b", "srv/vda.raw");
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  /** Where /srv/lnk leads elsewhere, /srv/lnk/.. is not /srv. */
  @Test
  void believesNoTextWhereTheFolderOfAPoolGoesUpAgain() {
    storage.pool("kvm-b", new StoragePool("climbing", "dir", "/srv/lnk/..", 100 * MIB));
    stamped("kvm-b", "climbing", "/srv/lnk/../vda.raw", NOON);
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.EXPECT);
    stoppedOn("kvm-b", "/elsewhere/vda.raw");
    overwrite = Overwrite.ANY;
    Map<String, VolumeWish> places = Map.of("vda", new VolumeWish("climbing", null));
    assertThat(refusal(place(CopyMode.FULL, places, disk("vda"))).detail())
        .contains("may be /elsewhere/vda.raw");
  }

  @Test
  void refusesAnImageThatADomainReachesThroughALinkedFolder() {
    vdaIsThere();
    stoppedOn("kvm-b", "/mnt/link/vda.raw");
    assertThat(refusal(disk("vda")).detail())
        .contains("/srv/vda.raw on kvm-b may be /mnt/link/vda.raw, as no pool of kvm-b shows both")
        .contains(OTHER.toString());
  }

  /** Where /srv/lnk leads to /srv/deep/inner, /srv/lnk/.. is /srv/deep. */
  @Test
  void believesNoTextWhereAPathGoesUpAgain() {
    pool("kvm-b", 100 * MIB);
    storage.pool("kvm-b", new StoragePool("deep", "dir", "/srv/deep", 100 * MIB));
    stamped("kvm-b", "deep", "/srv/deep/vda.raw", NOON);
    stoppedOn("kvm-b", "/srv/deep/vda.raw");
    DomainDisk climbing =
        Domains.onImage("vda", new DiskImage(SourceType.FILE, "/srv/lnk/../vda.raw", "raw", null));
    assertThat(refusal(climbing).detail()).contains("may be /srv/deep/vda.raw");
  }

  @Test
  void refusesAnImageThatADomainMayReachByGoingUpAgain() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    storage.pool("kvm-b", new StoragePool("up", "dir", "/up", 0));
    stamped("kvm-b", "up", "/up/vda.raw", LATER);
    stoppedOn("kvm-b", "/up/lnk/../vda.raw");
    assertThat(refusal(disk("vda")).detail()).contains("may be /up/lnk/../vda.raw");
  }

  @Test
  void refusesAnImageOfAFolderThatMayLeadIntoAPool() {
    pool("kvm-b", 100 * MIB);
    stamped("kvm-b", "images", "/srv/vda.raw", NOON);
    stoppedOn("kvm-b", "/srv/vda.raw");
    DomainDisk linked =
        Domains.onImage("vda", new DiskImage(SourceType.FILE, "/mnt/link/vda.raw", "raw", null));
    assertThat(refusal(linked).detail()).contains("may be /srv/vda.raw");
  }

  @Test
  void eachGuestMayHaveAFolderThatNoPoolShowsAndTheSameFileNameInIt() {
    stoppedOn("kvm-b", "/guests/b/disk.raw");
    DomainDisk own =
        Domains.onImage("vda", new DiskImage(SourceType.FILE, "/guests/a/disk.raw", "raw", null));
    assertThat(plans(own)).hasSize(1);
  }

  @Test
  void takesAnImageWhoseNameADomainHasInAnotherPool() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    storage.pool("kvm-b", new StoragePool("other", "dir", "/other", 0));
    stamped("kvm-b", "other", "/other/vda.raw", LATER);
    stoppedOn("kvm-b", "/other/vda.raw");
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.REUSE);
  }

  @Test
  void makesAnImageWhoseNameADomainHasSomewhereElse() {
    pool("kvm-b", 100 * MIB);
    stoppedOn("kvm-b", "/mnt/link/vda.raw");
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.CREATE);
  }

  @Test
  void makesAnImageWhoseNameADomainHasInAnotherPool() {
    pool("kvm-b", 100 * MIB);
    storage.pool("kvm-b", new StoragePool("other", "dir", "/other", 0));
    stamped("kvm-b", "other", "/other/vda.raw", LATER);
    stoppedOn("kvm-b", "/other/vda.raw");
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.CREATE);
  }

  @Test
  void refusesTheBackingImageOfAStoppedDomainsOverlay() {
    vdaIsThere();
    volume("kvm-b", "top.qcow2", "qcow2", 64 * MIB, 0, new Backing("/srv/mid.qcow2", "qcow2"));
    volume("kvm-b", "mid.qcow2", "qcow2", 64 * MIB, 0, new Backing("/srv/vda.raw", "raw"));
    stoppedOn("kvm-b", "/srv/top.qcow2");
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  @Test
  void knowsWhoHasAFileThatAGuestOpensBeneathAnImageToo() {
    vdaIsThere();
    volume("kvm-b", "top.qcow2", "qcow2", 64 * MIB, 0, new Backing("/srv/vda.raw", "raw"));
    stoppedOn("kvm-b", "/srv/top.qcow2");
    assertThat(
            volumes
                .look(DESTINATION, SOURCE)
                .namers(List.of("/srv/vda.raw", "/srv/free.raw"), GUEST))
        .containsOnlyKeys("/srv/vda.raw");
  }

  @Test
  void knowsWhoMayHaveAFileThatAGuestOpensThroughALink() {
    vdaIsThere();
    stoppedOn("kvm-b", "/srv/vda.raw");
    assertThat(volumes.look(DESTINATION, SOURCE).namers(List.of("/run/alias/vda.raw"), GUEST))
        .containsOnlyKeys("/run/alias/vda.raw");
  }

  @Test
  void knowsWhoHasSomethingInAFolderThatAGuestTakesForItsOwn() {
    stoppedOn("kvm-b", "/tpm/vda.raw");
    assertThat(volumes.look(DESTINATION, SOURCE).namers(List.of("/tpm", "/tp"), GUEST))
        .isEqualTo(
            Map.of(
                "/tpm",
                List.of(
                    "holds /tpm/vda.raw, which belongs to the domain %s of kvm-b"
                        .formatted(OTHER))));
    stopped("kvm-b", "<filesystem><source dir='/tpm/share'/></filesystem>");
    assertThat(volumes.look(DESTINATION, SOURCE).namers(List.of("/tpm"), GUEST))
        .containsOnlyKeys("/tpm");
  }

  @Test
  void refusesAnotherDomainsNvram() {
    vdaIsThere();
    hypervisor.define("kvm-b", OTHER, "<domain><os><nvram>/srv/vda.raw</nvram></os></domain>");
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  @Test
  void refusesAVolumeThatADomainNamesByAnotherPoolOnTheSameFolder() {
    vdaIsThere();
    storage.pool("kvm-b", new StoragePool("twin", "dir", "/srv/", 0));
    stopped("kvm-b", "<disk type='volume'><source pool='twin' volume='vda.raw'/></disk>");
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  @Test
  void refusesAVolumeThatADomainNamesByAPoolThatIsNotActive() {
    vdaIsThere();
    stopped("kvm-b", "<disk type='volume'><source pool='off' volume='vda.raw'/></disk>");
    assertThat(refusal(disk("vda")).detail()).contains("may be off/vda.raw");
  }

  /** Its volumes have names that are no part of their paths. */
  private void poolOfDevices() {
    storage.pool("kvm-b", new StoragePool("lun", "iscsi", "/dev/disk/by-path", 0));
    storage.volume(
        "kvm-b",
        new StorageVolume(
            "lun",
            "unit:0:0:1",
            "/dev/disk/by-path/ip-1",
            "raw",
            64 * MIB,
            64 * MIB,
            64 * MIB,
            null,
            null,
            false,
            null,
            null));
  }

  @Test
  void refusesADeviceThatADomainNamesByItsPool() {
    poolOfDevices();
    stopped("kvm-b", "<disk type='volume'><source pool='lun' volume='unit:0:0:1'/></disk>");
    DomainDisk device =
        onImage("vda", new DiskImage(SourceType.BLOCK, "/dev/disk/by-path/ip-1", "raw", null));
    assertThat(refusal(device).detail()).contains("belongs to the domain " + OTHER);
  }

  @Test
  void refusesAVolumeThatADomainNamesByItsDevice() {
    poolOfDevices();
    stopped("kvm-b", "<disk type='block'><source dev='/dev/disk/by-path/ip-1'/></disk>");
    DomainDisk volume =
        onImage("vda", new DiskImage(SourceType.VOLUME, "lun/unit:0:0:1", "raw", null));
    assertThat(refusal(volume).detail())
        .contains("/dev/disk/by-path/ip-1 on kvm-b belongs to the domain " + OTHER);
  }

  @Test
  void takesTwoVolumesThatLookAlikeForOneFile() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    storage.pool("kvm-b", new StoragePool("linked", "dir", "/linked", 0));
    stamped("kvm-b", "linked", "/linked/x.raw", NOON);
    stoppedOn("kvm-b", "/linked/x.raw");
    assertThat(refusal(disk("vda")).detail()).contains("looks like /linked/x.raw");
    stamped("kvm-b", "linked", "/linked/x.raw", LATER);
    assertThat(plans(disk("vda"))).hasSize(1);
  }

  /** A stopped domain has an image of the pool images. */
  private void imageOfAnother(String name, String format, byte[] content) {
    long capacity = format.equals("raw") ? content.length : 64 * MIB;
    storage.volume("kvm-b", file(name, format, capacity, content.length));
    storage.content("kvm-b", "images", name, content);
    stoppedOn("kvm-b", "/srv/" + name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/srv/vda.raw",
        "/srv/../srv//vda.raw",
        "vda.raw",
        "file:/srv/vda.raw",
        "json:{\"driver\":\"file\",\"filename\":\"\\/srv/vda.raw\"}",
        "json:{'driver':'file','filename':'/srv/vd\\u0061.raw'}",
      })
  void refusesWhereAnotherDomainsImageKeepsItsData(String name) {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    imageOfAnother("other.qcow2", "qcow2", Images.keepingDataIn(name));
    assertThat(refusal(disk("vda")).detail())
        .contains("/srv/vda.raw on kvm-b belongs to the domain " + OTHER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv/vda.raw", "../srv//vda.raw", "vda.raw", "file:/srv/vda.raw"})
  void refusesAnExtentOfAnotherDomainsImage(String name) {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    imageOfAnother("other.vmdk", "vmdk", Images.vmdk(name));
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
    imageOfAnother("other.txt", "raw", Images.vmdkDescriptor(name));
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  @Test
  void refusesWhereABackingImageKeepsItsData() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    imageOfAnother("base.qcow2", "qcow2", Images.keepingDataIn("/srv/vda.raw"));
    volume("kvm-b", "top.qcow2", "qcow2", 64 * MIB, 0, new Backing("/srv/base.qcow2", "qcow2"));
    stoppedOn("kvm-b", "/srv/top.qcow2");
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  @Test
  void refusesWhatLooksLikeTheFileInWhichAnotherDomainsImageKeepsItsData() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    storage.pool("kvm-b", new StoragePool("linked", "dir", "/linked", 0));
    stamped("kvm-b", "linked", "/linked/x.raw", NOON);
    imageOfAnother("other.qcow2", "qcow2", Images.keepingDataIn("/linked/x.raw"));
    assertThat(refusal(disk("vda")).detail()).contains("looks like /linked/x.raw");
  }

  /** Whatever an image may mean by it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "json:{\"driver\":\"file\",\"filename\":\"vda.raw\"}",
        "json:{'driver':'quorum','children':['x','\\u0076d\\a.raw\\ud800\\u0000']}",
        "json:{\"driver\":\"file\",\"filename\":\"vda.raw",
        "blkdebug::/elsewhere/vda.raw",
        "nbd+unix:///vda.raw?socket=/run/x",
      })
  void refusesWhatTheTextOfAnotherDomainsImageMayMean(String text) {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    imageOfAnother("other.qcow2", "qcow2", Images.keepingDataIn(text));
    assertThat(refusal(disk("vda")).detail())
        .contains("/srv/vda.raw on kvm-b may be what " + text + " means")
        .contains(OTHER.toString());
    imageOfAnother("other.vmdk", "vmdk", Images.vmdk(text.replace('"', '\'')));
    assertThat(refusal(disk("vda")).detail()).contains("may be what");
    stamped("kvm-b", "images", "/srv/vdb.raw", LATER);
    assertThat(plans(disk("vdb"))).extracting(VolumePlan::action).containsExactly(Action.REUSE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "json:{\"driver\":\"raw\",\"file\":{\"driver\":\"nbd\",\"export\":\"vda.raw\"}}",
        "json:{'driver':'throttle','file':{'driver':'file','filename':'/srv/vd\\u0061.raw'}}",
        "vda.raw",
        "file:/srv/vda.raw",
        "file:../srv/vda.raw",
      })
  void refusesWhatLibvirtOnlyRepeatsOfAnotherDomainsBackingImage(String backing) {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    volume("kvm-b", "over.qcow2", "qcow2", 64 * MIB, 0, new Backing(backing, "raw"));
    stoppedOn("kvm-b", "/srv/over.qcow2");
    assertThat(refusal(disk("vda")).detail()).contains(OTHER.toString());
  }

  /** Where /srv/lnk leads elsewhere, /srv/lnk/.. does too. */
  @Test
  void refusesWhatTheHeaderOfAnotherDomainsImageMayReachByGoingUpAgain() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    storage.pool("kvm-b", new StoragePool("deep", "dir", "/deep", 0));
    stamped("kvm-b", "deep", "/deep/vda.raw", LATER);
    imageOfAnother("other.qcow2", "qcow2", Images.keepingDataIn("/deep/lnk/../vda.raw"));
    assertThat(refusal(disk("vda")).detail())
        .contains("may be /deep/lnk/../vda.raw")
        .contains(OTHER.toString());
  }

  @Test
  void takesAnImageThatNoHeaderNames() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    imageOfAnother("other.qcow2", "qcow2", Images.keepingDataIn("/srv/else.raw"));
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.REUSE);
  }

  @ParameterizedTest
  @CsvSource({"other, raw, false", "other, qcow2, true", "over, raw, false", "over, qcow2, true"})
  void doesNotBelieveWhatAGuestWroteIntoItsRawDisk(String name, String format, boolean its) {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    storage.volume("kvm-b", file("other.img", "qcow2", 64 * MIB, Images.EMPTY_BYTES));
    storage.content("kvm-b", "images", "other.img", Images.keepingDataIn("/srv/vda.raw"));
    volume("kvm-b", "over.img", "qcow2", 64 * MIB, 0, new Backing("/srv/vda.raw", "raw"));
    stopped(
        "kvm-b",
        "<disk type='file'><driver name='qemu' type='%s'/><source file='/srv/%s.img'/></disk>"
            .formatted(format, name));
    assertThat(place(CopyMode.FULL, Map.of(), disk("vda")).images())
        .containsValue(its ? DestinationImage.NAMED : DestinationImage.FOREIGN);
  }

  @Test
  void anImageOfADomainThatCantBeReadMayKeepItsDataAnywhere() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    imageOfAnother("other.qcow2", "qcow2", Images.qcow2().array());
    storage.unreadable("kvm-b", "images", "other.qcow2");
    assertThat(refusal(disk("vda")).detail())
        .contains("may hold the data of /srv/other.qcow2, which can't be read")
        .contains(OTHER.toString());
  }

  @Test
  void doesNotWriteIntoWhateverAnImageKeepsItsDataIn() {
    overwrite = Overwrite.ANY;
    pool("kvm-b", 100 * MIB);
    storage.volume("kvm-b", file("vda.qcow2", "qcow2", 64 * MIB, Images.EMPTY_BYTES));
    storage.content("kvm-b", "images", "vda.qcow2", Images.keepingDataIn("foreign.raw"));
    assertThat(refusal(qcow2("vda")).detail())
        .contains("/srv/vda.qcow2 on kvm-b is not all of its image")
        .contains("keeps its data in /srv/foreign.raw");
    storage.unreadable("kvm-b", "images", "vda.qcow2");
    assertThat(refusal(qcow2("vda")).detail()).contains("nobody can tell where its data is");
  }

  @Test
  void readsNoHeaderWhereNothingIsLostOrADefinitionTells() {
    pool("kvm-b", 100 * MIB);
    imageOfAnother("other.qcow2", "qcow2", Images.keepingDataIn("/srv/vda.raw"));
    assertThat(plans(disk("vdb"))).extracting(VolumePlan::action).containsExactly(Action.CREATE);
    stamped("kvm-b", "images", "/srv/vdc.raw", NOON);
    hypervisor.put("kvm-b", Domains.running("second", disk("vdc")));
    assertThat(refusal(disk("vdc")).detail()).contains("belongs to the domain");
    assertThat(storage.reads()).isEmpty();
  }

  @Test
  void readsNoHeaderThatHasNoRoomForAName() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    volume("kvm-b", "old.qcow2", "qcow2", 64 * MIB, 0, null);
    stamped("kvm-b", "images", "/srv/large.raw", LATER);
    stopped(
        "kvm-b",
        "<disk type='file'><source file='/srv/old.qcow2'/></disk><disk type='file'><source file='/srv/large.raw'/></disk>");
    assertThat(plans(disk("vda"))).hasSize(1);
    assertThat(storage.reads()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "filesystem, mount, /srv, true",
    "filesystem, mount, /srv/../srv/, true",
    "filesystem, mount, /, true",
    "filesystem, mount, /sr, false",
    "filesystem, mount, /srv/vda, false",
    "filesystem, mount, /srv2, false",
    "disk, dir, /srv, true",
    "disk, dir, /srv/vda, false",
  })
  void refusesWhatLiesInAFolderThatAnotherDomainHas(
      String device, String type, String folder, boolean its) {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    stopped(
        "kvm-b", "<%1$s type='%2$s'><source dir='%3$s'/></%1$s>".formatted(device, type, folder));
    if (its) {
      assertThat(refusal(disk("vda")).detail())
          .contains("/srv/vda.raw on kvm-b lies in " + folder)
          .contains("a folder that the domain " + OTHER);
    } else {
      assertThat(plans(disk("vda"))).hasSize(1);
    }
  }

  @Test
  void refusesAnotherNameOfWhatLiesInAFolderThatAnotherDomainHas() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    storage.pool("kvm-b", new StoragePool("linked", "dir", "/linked/deep", 0));
    stamped("kvm-b", "linked", "/linked/deep/x.raw", NOON);
    stopped("kvm-b", "<filesystem type='mount'><source dir='/linked'/></filesystem>");
    assertThat(refusal(disk("vda")).detail()).contains("lies in /linked");
  }

  @Test
  void makesAnImageInAFolderThatAnotherDomainHas() {
    pool("kvm-b", 100 * MIB);
    stopped("kvm-b", "<filesystem type='mount'><source dir='/srv'/></filesystem>");
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.CREATE);
  }

  @Test
  void namesEveryUserOfAnImage() {
    vdaIsThere();
    stoppedOn("kvm-b", "/srv/vda.raw");
    hypervisor.put("kvm-b", Domains.running("second", disk("vda")));
    assertThat(place(CopyMode.FULL, Map.of(), disk("vda")).obstacles()).hasSize(2);
  }

  @Test
  void refusesAPathThatNoPoolShowsAndAnotherDomainNames() {
    stoppedOn("kvm-b", "/srv/./vda.raw");
    assertThat(refusal(disk("vda")).detail()).contains("belongs to the domain " + OTHER);
  }

  /** A wish for a place that every host sees. */
  private Placement onSharedStorage() {
    storage.pool("kvm-b", new StoragePool("nfs", "dir", "/shared", 100 * MIB));
    return place(CopyMode.FULL, Map.of("vda", new VolumeWish("nfs", null)), disk("vda"));
  }

  @Test
  void refusesAnImageThatADomainOfAnotherHostNames() {
    stamped("kvm-b", "nfs", "/shared/vda.raw", NOON);
    stoppedOn("kvm-c", "/shared/vda.raw");
    assertThat(refusal(onSharedStorage()).detail())
        .contains("/shared/vda.raw on kvm-b belongs to the domain " + OTHER + " of kvm-c");
  }

  @Test
  void refusesToMakeAnImageThatADomainOfAnotherHostNames() {
    stoppedOn("kvm-c", "/shared/vda.raw");
    assertThat(refusal(onSharedStorage()).detail()).contains("of kvm-c");
  }

  @Test
  void refusesAnImageThatADomainOfItsUuidNamesOnAThirdHost() {
    overwrite = Overwrite.ANY;
    stamped("kvm-b", "nfs", "/shared/vda.raw", NOON);
    defined("kvm-c", GUEST, "/shared/vda.raw");
    assertThat(refusal(onSharedStorage()).detail()).contains(GUEST + " of kvm-c");
  }

  @Test
  void refusesAnImageThatIsAnotherDiskOfTheGuestItself() {
    overwrite = Overwrite.ANY;
    stamped("kvm-b", "nfs", "/shared/vda.raw", NOON);
    defined("kvm-a", GUEST, "/shared/vda.raw");
    assertThat(refusal(onSharedStorage()).detail()).contains(GUEST + " of kvm-a");
  }

  @Test
  void aGuestMayOpenAtTheDestinationWhatItHasOnSharedStorage() {
    stamped("kvm-b", "nfs", "/shared/vars.fd", NOON);
    storage.pool("kvm-b", new StoragePool("nfs", "dir", "/shared", 0));
    defined("kvm-a", GUEST, "/shared/vars.fd");
    storage.keepWriting("kvm-b", "nfs", "vars.fd");
    assertThat(volumes.look(DESTINATION, SOURCE).namers(List.of("/shared/vars.fd"), GUEST))
        .isEmpty();
    defined("kvm-c", GUEST, "/shared/vars.fd");
    assertThat(volumes.look(DESTINATION, SOURCE).namers(List.of("/shared/vars.fd"), GUEST))
        .containsKey("/shared/vars.fd");
  }

  private void defined(String host, UUID domain, String path) {
    hypervisor.define(
        host,
        domain,
        "<domain><devices><disk type='file'><source file='%s'/></disk></devices></domain>"
            .formatted(path));
  }

  /** Its times differ each time that they are read, and so do those of its other names. */
  @Test
  void refusesAnImageThatSomebodyWritesInto() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    assertThat(plans(disk("vda"))).hasSize(1);
    storage.keepWriting("kvm-b", "images", "vda.raw");
    assertThat(refusal(disk("vda")).detail()).contains("is being written into on kvm-b right now");
  }

  @Test
  void putsNoOverlayOnAnImageThatSomebodyWritesInto() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    assertThat(place(CopyMode.INCREMENTAL, Map.of(), overlay()).obstacles()).isEmpty();
    storage.keepWriting("kvm-b", "images", "base.raw");
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), overlay())).detail())
        .contains("may change: it is being written into right now");
  }

  /** Where /srv/lnk leads to /shared/deep, /srv/lnk/.. is /shared. */
  @Test
  void asksOtherHostsOfAPathThatMayLeadToWhatTheyShare() {
    pool("kvm-b", 100 * MIB);
    stoppedOn("kvm-c", "/shared/vda.raw");
    DomainDisk climbing =
        Domains.onImage("vda", new DiskImage(SourceType.FILE, "/srv/lnk/../vda.raw", "raw", null));
    assertThat(refusal(climbing).detail())
        .contains("may be /shared/vda.raw, as no pool of kvm-c shows both");
  }

  @Test
  void asksNoOtherHostOfAPathThatItDoesNotShare() {
    overwrite = Overwrite.ANY;
    vdaIsThere();
    stoppedOn("kvm-c", "/srv/vda.raw");
    hypervisor.cutOff("kvm-a");
    assertThat(plans(disk("vda"))).hasSize(1);
  }

  @Test
  void aSilentHostBarsOverwritingWhatItShares() {
    hypervisor.cutOff("kvm-c");
    assertThat(onSharedStorage().volumes())
        .as("nothing is lost where nothing is")
        .extracting(VolumePlan::action)
        .containsExactly(Action.CREATE);
    stamped("kvm-b", "nfs", "/shared/vda.raw", NOON);
    assertThat(refusal(onSharedStorage()).detail())
        .contains("is shared with kvm-c, which can't be asked");
  }

  @Test
  void refusesAFormatThatAPoolCantMake() {
    pool("kvm-b", 100 * MIB);
    assertThat(
            refusal(onImage("vda", new DiskImage(SourceType.FILE, "/srv/v", "vmdk", null)))
                .detail())
        .contains("format vmdk")
        .contains("by hand");
  }

  @Test
  void refusesToMakeAnEncryptedImage() {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    storage.volume(
        "kvm-a",
        new StorageVolume(
            "images",
            "vda.qcow2",
            "/srv/vda.qcow2",
            "qcow2",
            64 * MIB,
            0,
            0,
            OLD,
            null,
            true,
            null,
            null));
    assertThat(refusal(qcow2("vda")).detail()).contains("vda is encrypted");
  }

  @Test
  void refusesToMakeAnImageOfUnknownSize() {
    pool("kvm-b", 100 * MIB);
    assertThat(refusal(disk("vda").sized(0, 0)).detail()).contains("size of vda can't be read");
  }

  @Test
  void countsTheRoomForAllDisksAndForOtherMigrations() {
    pool("kvm-b", 137 * MIB);
    Problem problem = refusal(disk("vda"), disk("vdb"));
    assertThat(problem.errors()).extracting(FieldError::pointer).containsExactly("#/disks");
    assertThat(problem.detail())
        .contains("134217728 bytes in pool images on kvm-b, which has 143654912 free and will get")
        .contains("10485760 by other migrations");
    storage.reset();
    pool("kvm-b", 138 * MIB);
    assertThat(plans(disk("vda"), disk("vdb"))).hasSize(2);
  }

  /** Only the tables of a compressed image know how much it holds. */
  @ParameterizedTest
  @CsvSource({"138, false", "137, true", "20, true"})
  void doubtsThatThereIsRoomForAllThatTheDisksMayHold(long free, boolean doubted) {
    pool("kvm-a", 0);
    pool("kvm-b", free * MIB);
    volume("kvm-a", "vda.qcow2", "qcow2", 64 * MIB, 5 * MIB, null);
    volume("kvm-a", "vdb.qcow2", "qcow2", 64 * MIB, 5 * MIB, null);
    Placement placement = place(CopyMode.FULL, Map.of(), qcow2("vda"), qcow2("vdb"));
    assertThat(placement.obstacles()).isEmpty();
    assertThat(placement.volumes())
        .extracting(VolumePlan::bytesToCopy, VolumePlan::bytesToCopyAtMost)
        .containsOnly(tuple(5 * MIB, 64 * MIB));
    assertThat(placement.doubts()).hasSize(doubted ? 1 : 0);
    assertThat(String.join("", placement.doubts()))
        .contains(doubted ? "may need up to 134217728 bytes in pool images on kvm-b" : "");
  }

  @Test
  void doesNotKnowTheMostThatADiskOfUnknownSizeHolds() {
    assertThat(plans(disk("vda").sized(0, 7)))
        .extracting(VolumePlan::bytesToCopyAtMost)
        .containsOnlyNulls();
  }

  @Test
  void needsRoomForWhatIsNotThereYetOnly() {
    pool("kvm-b", 24 * MIB);
    volume("kvm-b", "vda.raw", "raw", 64 * MIB, 50 * MIB, null);
    overwrite = Overwrite.ANY;
    assertThat(plans(disk("vda"))).hasSize(1);
  }

  /** libvirt passes over such names when it reads a folder, and makes no volume of one. */
  @Test
  void makesNoVolumeWhoseNameHasAControlCharacter() {
    pool("kvm-b", 100 * MIB);
    DomainDisk odd =
        onImage("vda", new DiskImage(SourceType.FILE, "/srv/two\nlines.raw", "raw", null));
    assertThat(plans(odd)).extracting(VolumePlan::action).containsExactly(Action.EXPECT);
    Placement unnamed = place(CopyMode.FULL, Map.of("vda", new VolumeWish("images", null)), odd);
    assertThat(refusal(unnamed).detail()).contains("has a control character");
    Placement named = place(CopyMode.FULL, Map.of("vda", new VolumeWish("images", "one")), odd);
    assertThat(named.volumes()).extracting(VolumePlan::path).containsExactly("/srv/one");
  }

  @Test
  void doesNotTakeThePoolOfAnotherDirectory() {
    storage.pool("kvm-b", new StoragePool("other", "dir", "/srv2", 0));
    storage.pool("kvm-b", new StoragePool("parent", "dir", "/", 0));
    storage.pool("kvm-b", new StoragePool("ceph", "rbd", "", 0));
    assertThat(plans(disk("vda"))).extracting(VolumePlan::action).containsExactly(Action.EXPECT);
  }

  @Test
  void followsTheWishForAnotherPoolAndName() {
    storage.pool("kvm-b", new StoragePool("fast", "fs", "/fast", 100 * MIB));
    VolumePlan plan =
        place(CopyMode.FULL, Map.of("vda", new VolumeWish("fast", "root.raw")), disk("vda"))
            .volumes()
            .getFirst();
    assertThat(plan.path()).isEqualTo("/fast/root.raw");
    assertThat(plan.moved()).isTrue();
    assertThat(plan.action()).isEqualTo(Action.CREATE);
  }

  @Test
  void keepsTheNameWhenOnlyAPoolIsWishedFor() {
    storage.pool("kvm-b", new StoragePool("fast", "fs", "/fast", 100 * MIB));
    assertThat(
            place(CopyMode.FULL, Map.of("vda", new VolumeWish("fast", null)), disk("vda"))
                .volumes()
                .getFirst()
                .path())
        .isEqualTo("/fast/vda.raw");
  }

  @Test
  void seesThatAWishChangesNothing() {
    pool("kvm-b", 100 * MIB);
    assertThat(
            place(CopyMode.FULL, Map.of("vda", new VolumeWish("images", null)), disk("vda"))
                .volumes())
        .extracting(VolumePlan::moved)
        .containsExactly(false);
  }

  @Test
  void refusesAWishForAPoolThatIsNotThere() {
    pool("kvm-b", 100 * MIB);
    Problem problem =
        refusal(place(CopyMode.FULL, Map.of("vda", new VolumeWish("fast", null)), disk("vda")));
    assertThat(problem.errors())
        .extracting(FieldError::pointer)
        .containsExactly("#/volumes/vda/pool");
    assertThat(problem.detail()).contains("it has images");
  }

  @Test
  void refusesAWishForAPoolThatIsNotOfFiles() {
    storage.pool("kvm-b", new StoragePool("vg", "logical", "/dev/vg", 100 * MIB));
    assertThat(
            refusal(place(CopyMode.FULL, Map.of("vda", new VolumeWish("vg", null)), disk("vda")))
                .detail())
        .contains("of type logical");
  }

  @Test
  void refusesAWishForADiskThatIsNotCopied() {
    pool("kvm-b", 100 * MIB);
    Problem problem =
        refusal(place(CopyMode.FULL, Map.of("vdx", new VolumeWish("images", null)), disk("vda")));
    assertThat(problem.errors()).extracting(FieldError::pointer).containsExactly("#/volumes/vdx");
  }

  @Test
  void refusesOnePlaceForTwoDisks() {
    pool("kvm-b", 1000 * MIB);
    assertThat(
            refusal(
                    place(
                        CopyMode.FULL,
                        Map.of("vdb", new VolumeWish("images", "vda.raw")),
                        disk("vda"),
                        disk("vdb")))
                .detail())
        .contains("Another disk goes to /srv/vda.raw");
  }

  @Test
  void saysHowToTellTwoImagesApartThatWereMadeAtTheSameMoment() {
    pool("kvm-b", 1000 * MIB);
    stamped("kvm-b", "images", "/srv/vda.raw", NOON);
    stamped("kvm-b", "images", "/srv/vdb.raw", NOON);
    assertThat(place(CopyMode.FULL, Map.of(), disk("vda"), disk("vdb")).obstacles())
        .extracting(obstacle -> obstacle.problem().detail())
        .contains(
            "/srv/vdb.raw on kvm-b looks like the file of another disk by a second name; touch it if it is a file of its own, or name another place in volumes.");
  }

  @Test
  void findsTheVolumeOfADiskThatIsOneByItsPool() {
    pool("kvm-b", 100 * MIB);
    VolumePlan plan =
        plans(onImage("vda", new DiskImage(SourceType.VOLUME, "images/v", "raw", null))).getFirst();
    assertThat(plan.path()).isEqualTo("/srv/v");
    assertThat(plan.moved()).isFalse();
    assertThat(
            refusal(onImage("vda", new DiskImage(SourceType.VOLUME, "gone/v", "raw", null)))
                .detail())
        .contains("pool gone, which is not active on kvm-b");
  }

  @Test
  void needsRoomForWhatAnImageKeepsInAnotherFile() {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    storage.volume("kvm-a", file("vda.qcow2", "qcow2", 64 * MIB, Images.EMPTY_BYTES));
    storage.content("kvm-a", "images", "vda.qcow2", Images.keepingDataIn("/srv/data"));
    volume("kvm-a", "data", "raw", 64 * MIB, 20 * MIB, null);
    assertThat(plans(qcow2("vda")).getFirst().bytesToCopy()).isEqualTo(20 * MIB + 200_704);
    storage.vanish("kvm-a", "images", "data");
    assertThat(plans(qcow2("vda")).getFirst().bytesToCopy())
        .as("where no pool shows it")
        .isEqualTo(64 * MIB);
  }

  @Test
  void copiesAChainInFullToOneFlatImage() {
    overlayOnTheSource();
    VolumePlan plan = plans(overlay()).getFirst();
    assertThat(plan.bytesToCopy()).isEqualTo(23 * MIB);
    assertThat(plan.volume()).isNotNull();
    assertThat(plan.volume().backing()).isNull();
  }

  @Test
  void copiesOnlyTheOverlayOntoTheSameBackingImage() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    Placement placement = place(CopyMode.INCREMENTAL, Map.of(), overlay());
    assertThat(placement.obstacles()).isEmpty();
    VolumePlan plan = placement.volumes().getFirst();
    assertThat(plan.bytesToCopy()).isEqualTo(3 * MIB);
    assertThat(plan.volume()).isNotNull();
    assertThat(plan.volume().backing()).isEqualTo(new Backing("/srv/base.raw", "raw"));
  }

  private String refusalOfOverlay() {
    return refusal(place(CopyMode.INCREMENTAL, Map.of(), overlay())).detail();
  }

  @Test
  void refusesABackingImageThatAnotherDomainWrites() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    stoppedOn("kvm-b", "/srv/base.raw");
    assertThat(refusalOfOverlay())
        .isEqualTo(
            "/srv/base.raw on kvm-b, the backing image of vda, may change: it belongs to the domain %s of kvm-b. Copy the disk in full."
                .formatted(OTHER));
    assertThat(place(CopyMode.FULL, Map.of(), overlay()).obstacles()).isEmpty();
  }

  @Test
  void refusesABackingImageInWhichAnotherDomainsImageKeepsItsData() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    imageOfAnother("other.qcow2", "qcow2", Images.keepingDataIn("base.raw"));
    assertThat(refusalOfOverlay()).contains("may change", OTHER.toString());
  }

  @Test
  void refusesABackingImageThatMayBeWhatAnotherDomainWrites() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    stoppedOn("kvm-b", "/link/base.raw");
    assertThat(refusalOfOverlay()).contains("may change: it may be /link/base.raw");
  }

  /** The overlay /srv/o.qcow2 is on /srv/mid.qcow2, which is on /srv/base.raw at the source. */
  private DomainDisk chainWhereMidLeadsTo(@Nullable Backing there) {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    storage.pool("kvm-b", new StoragePool("other", "dir", "/srv/other", 0));
    volume("kvm-a", "o.qcow2", "qcow2", 64 * MIB, 3 * MIB, new Backing("/srv/mid.qcow2", "qcow2"));
    volume("kvm-a", "mid.qcow2", "qcow2", 64 * MIB, MIB, new Backing("/srv/base.raw", "raw"));
    volume("kvm-a", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    volume("kvm-b", "mid.qcow2", "qcow2", 64 * MIB, MIB, there);
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    var base = new DiskImage(SourceType.FILE, "/srv/base.raw", "raw", null);
    var mid = new DiskImage(SourceType.FILE, "/srv/mid.qcow2", "qcow2", base);
    return onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", mid));
  }

  private Placement incremental(DomainDisk disk) {
    return place(CopyMode.INCREMENTAL, Map.of(), disk);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv/base.raw", "/srv/./base.raw", "base.raw", "file:/srv/base.raw"})
  void takesAChainThatLeadsToTheSameImages(String there) {
    assertThat(incremental(chainWhereMidLeadsTo(new Backing(there, "raw"))).obstacles()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/srv/other/secret.raw, /srv/other/secret.raw",
    "secret.raw, /srv/secret.raw",
    "../srv/base.raw, /srv/../srv/base.raw",
    "file:other/base.raw, /srv/other/base.raw",
    "nbd:unix:/srv/base.raw, nbd:unix:/srv/base.raw",
  })
  void refusesAChainThatLeadsToAnotherImage(String there, String leads) {
    DomainDisk disk = chainWhereMidLeadsTo(new Backing(there, "raw"));
    assertThat(refusal(incremental(disk)).detail())
        .isEqualTo(
            "The backing image /srv/mid.qcow2 of vda must be on kvm-b and be the same: it leads to %s on kvm-b and to /srv/base.raw on kvm-a. Copy the one of kvm-a there, or copy the disk in full."
                .formatted(leads));
    assertThat(plans(disk)).as("in full nothing is needed there").hasSize(1);
  }

  @Test
  void refusesAChainThatEndsOrGoesOnThereAlone() {
    assertThat(refusal(incremental(chainWhereMidLeadsTo(null))).detail())
        .contains("it leads to nothing on kvm-b and to /srv/base.raw on kvm-a");
    overlayOnTheSource();
    volume("kvm-a", "base.raw", "qcow2", 64 * MIB, 20 * MIB, null);
    volume("kvm-b", "base.raw", "qcow2", 64 * MIB, 20 * MIB, new Backing("/srv/x", "raw"));
    assertThat(refusalOfOverlay()).contains("it leads to /srv/x on kvm-b and to nothing on kvm-a");
  }

  @Test
  void seesWhereAChainLeadsThoughThePoolWasReadBefore() {
    DomainDisk disk = chainWhereMidLeadsTo(new Backing("/srv/base.raw", "raw"));
    var now = new Backing("/srv/other/secret.raw", "raw");
    storage.byHand(
        "kvm-b",
        new StorageVolume(
            "images",
            "mid.qcow2",
            "/srv/mid.qcow2",
            "qcow2",
            64 * MIB,
            MIB,
            0,
            OLD,
            null,
            false,
            now,
            null));
    assertThat(refusal(incremental(disk)).detail()).contains("leads to /srv/other/secret.raw");
  }

  @Test
  void seesWhatAnOverlayIsOnThoughThePoolWasReadBefore() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    volume("kvm-b", "o.qcow2", "qcow2", 64 * MIB, 0, new Backing("/srv/base.raw", "raw"));
    storage.byHand(
        "kvm-b",
        new StorageVolume(
            "images",
            "o.qcow2",
            "/srv/o.qcow2",
            "qcow2",
            64 * MIB,
            0,
            0,
            OLD,
            null,
            false,
            new Backing("/srv/secret.raw", "raw"),
            null));
    assertThat(refusalOfOverlay()).contains("is not on the same backing image");
  }

  @Test
  void refusesABackingImageThatKeepsItsDataInWhatAnotherDomainWrites() {
    overlayOnTheSource();
    byte[] base = Images.keepingDataIn("secret.raw");
    volume("kvm-a", "base.raw", "qcow2", 64 * MIB, 200_704, null);
    storage.volume("kvm-b", file("base.raw", "qcow2", 64 * MIB, base.length));
    storage.content("kvm-b", "images", "base.raw", base);
    assertThat(incremental(overlay()).obstacles()).isEmpty();
    stoppedOn("kvm-b", "/srv/secret.raw");
    assertThat(refusalOfOverlay())
        .isEqualTo(
            "/srv/secret.raw on kvm-b, which /srv/base.raw, the backing image of vda, needs, may change: it belongs to the domain %s of kvm-b. Copy the disk in full."
                .formatted(OTHER));
  }

  @Test
  void refusesABackingImageOfWhichNobodyCanTellWhereItKeepsItsData() {
    overlayOnTheSource();
    byte[] base = Images.keepingDataIn("blkdebug::/srv/secret.raw");
    volume("kvm-a", "base.raw", "qcow2", 64 * MIB, 200_704, null);
    storage.volume("kvm-b", file("base.raw", "qcow2", 64 * MIB, base.length));
    storage.content("kvm-b", "images", "base.raw", base);
    assertThat(refusalOfOverlay())
        .contains("Where /srv/base.raw on kvm-b, the backing image of vda, keeps its data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/guests/base.raw", "/srv/mid.qcow2", "/srv/secret.raw"})
  void refusesWhatAnotherDomainWritesBeneathAnImageThatNoPoolShows(String path) {
    pool("kvm-b", 100 * MIB);
    volume("kvm-b", "mid.qcow2", "qcow2", 64 * MIB, MIB, new Backing("/srv/secret.raw", "raw"));
    var base = new DiskImage(SourceType.FILE, "/guests/base.raw", "raw", null);
    var mid = new DiskImage(SourceType.FILE, "/srv/mid.qcow2", "qcow2", base);
    DomainDisk disk =
        onImage("vda", new DiskImage(SourceType.FILE, "/guests/o.qcow2", "qcow2", mid));
    assertThat(incremental(disk).obstacles()).isEmpty();
    stoppedOn("kvm-b", path);
    assertThat(refusal(incremental(disk)).detail())
        .startsWith(path + " on kvm-b, which vda needs, may change: it belongs to");
  }

  @Test
  void takesABackingImageThatOthersOnlyRead() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    volume("kvm-b", "p.qcow2", "qcow2", 64 * MIB, MIB, new Backing("/srv/base.raw", "raw"));
    stoppedOn("kvm-b", "/srv/p.qcow2");
    hypervisor.define(
        "kvm-b",
        UUID.randomUUID(),
        """
        <domain><devices>
        <disk type='file'><source file='/srv/q.qcow2'/>
          <backingStore type='file'><source file='/srv/base.raw'/></backingStore></disk>
        <disk type='file'><source file='/srv/base.raw'/><readonly/></disk>
        <disk type='file' device='cdrom'><source file='/srv/base.raw'/></disk>
        </devices></domain>
        """);
    assertThat(place(CopyMode.INCREMENTAL, Map.of(), overlay()).obstacles()).isEmpty();
  }

  @Test
  void refusesABackingImageThatAnotherMigrationCopiesInto() {
    pool("kvm-a", 0);
    pool("kvm-b", 100 * MIB);
    volume("kvm-a", "promised.raw", "raw", 64 * MIB, 20 * MIB, null);
    volume("kvm-b", "promised.raw", "raw", 64 * MIB, 20 * MIB, null);
    var base = new DiskImage(SourceType.FILE, "/srv/promised.raw", "raw", null);
    var disk = onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", base));
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), disk)).detail())
        .contains("may change: it is what another migration copies into");
  }

  @Test
  void copiesNoDiskIntoTheBackingImageOfAnother() {
    overwrite = Overwrite.ANY;
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    Map<String, VolumeWish> places = Map.of("vdb", new VolumeWish("images", "base.raw"));
    assertThat(refusal(place(CopyMode.INCREMENTAL, places, overlay(), disk("vdb"))).detail())
        .contains("/srv/base.raw is the backing image of another disk");
    assertThat(refusal(place(CopyMode.INCREMENTAL, places, disk("vdb"), overlay())).detail())
        .contains("may change: it is where another disk goes");
  }

  @Test
  void refusesAnOverlayWhoseBackingImageIsMissing() {
    overlayOnTheSource();
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), overlay())).detail())
        .contains("/srv/base.raw of vda must be on kvm-b")
        .endsWith("no pool of kvm-b has it. Copy it there, or copy the disk in full.");
  }

  /** What is copied to where nobody looks is not seen there. */
  @ParameterizedTest
  @CsvSource({
    "FILE, /else/base.raw, 'no active pool of kvm-a has /else. Define one there, tell ferry.shared-paths if every host sees it'",
    "VOLUME, gone/base.raw, 'kvm-a has no active pool of that name. Start it there'",
    "BLOCK, /dev/base, 'pools show files and their own volumes alone. Tell ferry.shared-paths if every host sees it'",
  })
  void advisesNoCopyOfABackingImageThatNoPoolWouldShow(
      SourceType type, String location, String words) {
    overlayOnTheSource();
    var base = new DiskImage(type, location, "raw", null);
    var disk = onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", base));
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), disk)).detail())
        .endsWith("be the same: %s, or copy the disk in full.".formatted(words));
  }

  @Test
  void refusesAnOverlayWhoseBackingImageDiffers() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 21 * MIB, null);
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), overlay())).detail())
        .endsWith(
            "20971520 bytes allocated on kvm-a and 22020096 on kvm-b. Let options.verifyBacking be CONTENT, which reads both, or copy the disk in full.");
    volume("kvm-b", "base.raw", "raw", 63 * MIB, 20 * MIB, null);
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), overlay())).detail())
        .contains("67108864 bytes on kvm-a and 66060288 on kvm-b. Copy the one of kvm-a there,");
    volume("kvm-b", "base.raw", "qcow2", 64 * MIB, 20 * MIB, null);
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), overlay())).detail())
        .contains("raw as its format on kvm-a and qcow2 on kvm-b");
  }

  @Test
  void refusesAnOverlayThatIsThereOnAnotherImage() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    volume("kvm-b", "o.qcow2", "qcow2", 64 * MIB, 0, new Backing("/srv/x.raw", "raw"));
    assertThat(refusal(place(CopyMode.INCREMENTAL, Map.of(), overlay())).detail())
        .contains("is not on the same backing image");
  }

  /** An image of the guest's that it left on a backing image, last written at noon. */
  private StorageVolume oldOverlay(long bytes) {
    var old =
        new StorageVolume(
            "images",
            "vda.qcow2",
            "/srv/vda.qcow2",
            "qcow2",
            bytes,
            MIB,
            MIB,
            Layout.USUAL,
            null,
            false,
            new Backing("/srv/base.raw", "raw"),
            NOON);
    pool("kvm-b", 100 * MIB);
    storage.volume("kvm-b", old);
    return old;
  }

  /** A copy into it would show the same and still need what is beneath. */
  @ParameterizedTest
  @CsvSource({"OWN, true", "ANY, true", "NEVER, false"})
  void replacesTheDomainsOwnOverlayByAnImageOfItsOwn(Overwrite asked, boolean goes) {
    VolumeMark before = VolumeMark.of(oldOverlay(32 * MIB));
    own = Map.of(new ImageName("kvm-b", "/srv/vda.qcow2"), before);
    overwrite = asked;
    Placement placement = place(CopyMode.FULL, Map.of(), qcow2("vda"));
    assertThat(placement.images()).containsExactly(Map.entry("vda", DestinationImage.OWN));
    assertThat(placement.obstacles().isEmpty()).isEqualTo(goes);
    assertThat(placement.volumes())
        .hasSize(goes ? 1 : 0)
        .allSatisfy(plan -> {
          assertThat(plan.action()).isEqualTo(Action.CREATE);
          assertThat(plan.replaces()).isTrue();
          assertThat(plan.mark()).isEqualTo(before);
          assertThat(plan.volume()).extracting(VolumeSpec::backing).isNull();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"OWN", "ANY", "NEVER"})
  void refusesACopyInFullIntoAnOverlayThatIsNotKnownAsTheDomainsOwn(Overwrite asked) {
    oldOverlay(64 * MIB);
    overwrite = asked;
    Problem problem = refusal(qcow2("vda"));
    assertThat(problem.detail())
        .contains("/srv/vda.qcow2 on kvm-b is an overlay on /srv/base.raw")
        .contains("remove it there, or name another place in volumes.")
        .doesNotContain("options.overwrite");
  }

  @Test
  void takesAnOverlayForEmptyWhereTheCopyGoesOntoTheSameImage() {
    overlayOnTheSource();
    volume("kvm-b", "base.raw", "raw", 64 * MIB, 20 * MIB, null);
    var there = file("o.qcow2", "qcow2", 64 * MIB, Images.EMPTY_BYTES);
    storage.volume(
        "kvm-b",
        new StorageVolume(
            "images",
            "o.qcow2",
            "/srv/o.qcow2",
            "qcow2",
            64 * MIB,
            200_704,
            there.fileBytes(),
            Layout.USUAL,
            null,
            false,
            new Backing("/srv/base.raw", "raw"),
            NOON));
    storage.content(
        "kvm-b", "images", "o.qcow2", Images.qcow2().putLong(8, 512).putInt(16, 1).array());
    assertThat(place(CopyMode.INCREMENTAL, Map.of(), overlay()).images())
        .containsValue(DestinationImage.EMPTY);
    assertThat(place(CopyMode.FULL, Map.of(), overlay()).images())
        .as("in full it would show what is beneath where nothing is written")
        .containsValue(DestinationImage.FOREIGN);
  }

  @Test
  void trustsABackingImageThatEveryHostSees() {
    pool("kvm-b", 100 * MIB);
    var base = new DiskImage(SourceType.FILE, "/shared/base.raw", "raw", null);
    var disk = onImage("vda", new DiskImage(SourceType.FILE, "/srv/o.qcow2", "qcow2", base));
    assertThat(place(CopyMode.INCREMENTAL, Map.of(), disk).obstacles()).isEmpty();
  }

  @Test
  void refusesAMediumThatAnotherDomainWritesAtTheDestination() {
    pool("kvm-b", 0);
    volume("kvm-b", "a.iso", "raw", MIB, MIB, null);
    List<DomainDisk> media =
        List.of(
            Domains.cdrom("sda", "/srv/a.iso", false),
            Domains.cdrom("sdb", "/unknown/b.iso", false));
    hypervisor.define(
        "kvm-b",
        UUID.randomUUID(),
        "<domain><devices><disk type='file' device='cdrom'><source file='/srv/a.iso'/></disk></devices></domain>");
    assertThat(place(CopyMode.FULL, Map.of(), List.of(), media).obstacles()).isEmpty();
    stopped(
        "kvm-b",
        "<disk type='file'><source file='/srv/a.iso'/></disk><disk type='file'><source file='/unknown/b.iso'/></disk>");
    Placement placement = place(CopyMode.FULL, Map.of(), List.of(), media);
    assertThat(placement.obstacles()).extracting(Obstacle::target).containsExactly("sda", "sdb");
    assertThat(refusal(placement).detail())
        .contains("sda (/srv/a.iso) is not copied")
        .contains("belongs to the domain " + OTHER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv/mid.qcow2", "/srv/mid.data", "/srv/rob.raw"})
  void refusesAMediumThatShowsWhatAnotherDomainWritesAtTheDestination(String path) {
    pool("kvm-b", 0);
    volume("kvm-b", "ro.qcow2", "qcow2", MIB, MIB, new Backing("mid.qcow2", "qcow2"));
    byte[] mid = Images.keepingDataIn("/srv/mid.data");
    StorageVolume keeping = file("mid.qcow2", "qcow2", MIB, mid.length);
    storage.volume(
        "kvm-b",
        new StorageVolume(
            "images",
            keeping.name(),
            keeping.path(),
            "qcow2",
            MIB,
            MIB,
            mid.length,
            keeping.layout(),
            null,
            false,
            new Backing("/srv/rob.raw", "raw"),
            NOON));
    storage.content("kvm-b", "images", "mid.qcow2", mid);
    var image = new DiskImage(SourceType.FILE, "/srv/ro.qcow2", "qcow2", null);
    var disk =
        new DomainDisk("vdc", "disk", "virtio", image, true, false, false, false, false, MIB, MIB);
    assertThat(place(CopyMode.FULL, Map.of(), List.of(), List.of(disk)).obstacles()).isEmpty();
    stoppedOn("kvm-b", path);
    assertThat(refusal(place(CopyMode.FULL, Map.of(), List.of(), List.of(disk))).detail())
        .isEqualTo(
            "vdc (/srv/ro.qcow2) is not copied, and %s on kvm-b, which it needs there, may change: it belongs to the domain %s of kvm-b."
                .formatted(path, OTHER));
    var raw = new DiskImage(SourceType.FILE, "/srv/ro.qcow2", "raw", null);
    var asItIs =
        new DomainDisk("vdc", "disk", "virtio", raw, true, false, false, false, false, MIB, MIB);
    assertThat(place(CopyMode.FULL, Map.of(), List.of(), List.of(asItIs)).obstacles())
        .as("a header in it means nothing")
        .isEmpty();
  }

  @Test
  void wantsAMediumThatIsNotCopiedToBeThere() {
    pool("kvm-b", 0);
    Placement placement =
        place(
            CopyMode.FULL,
            Map.of(),
            List.of(),
            List.of(
                Domains.cdrom("sda", "/srv/a.iso", false),
                Domains.cdrom("sdb", "/srv/b.iso", true),
                Domains.cdrom("sdc", "/unknown/c.iso", false),
                Domains.cdrom("sdd")));
    assertThat(refusal(placement).detail()).contains("sda (/srv/a.iso) is not copied");
    assertThat(placement.obstacles()).hasSize(1);
    volume("kvm-b", "a.iso", "raw", MIB, MIB, null);
    assertThat(
            place(
                    CopyMode.FULL,
                    Map.of(),
                    List.of(),
                    List.of(Domains.cdrom("sda", "/srv/a.iso", false)))
                .obstacles())
        .isEmpty();
  }

  /** libvirt refuses a file that is not shared, and takes every device for one that is. */
  @ParameterizedTest
  @CsvSource({"block, disk", "block, lun", "file, disk", "file, floppy"})
  void refusesADiskThatIsNotCopiedAndIsAnotherDomainsAtTheDestination(String type, String device) {
    pool("kvm-b", 0);
    var image = new DiskImage(SourceType.of(type), "/dev/shared", "raw", null);
    var disk =
        new DomainDisk("vdb", device, "virtio", image, false, false, false, false, false, MIB, MIB);
    assertThat(place(CopyMode.FULL, Map.of(), List.of(), List.of(disk)).obstacles()).isEmpty();
    stopped("kvm-b", "<disk type='block'><source dev='/dev/shared'/></disk>");
    assertThat(refusal(place(CopyMode.FULL, Map.of(), List.of(), List.of(disk))).detail())
        .startsWith(
            "vdb is not copied, so the guest would write into /dev/shared as it is on kvm-b, which belongs to the domain "
                + OTHER);
  }

  @Test
  void tellsWhoHasWhatAServerCallsAlike() {
    String served = "nbd:vol@unix:%2Frun%2Fvol.sock";
    pool("kvm-b", 0);
    String other =
        "<disk type='network'><source protocol='nbd' name='%s'><host transport='unix' socket='/run/vol.sock'/></source></disk>";
    stopped("kvm-b", other.formatted("data") + "<serial><source path='/run/vol.sock'/></serial>");
    assertThat(volumes.look(DESTINATION, SOURCE).namers(List.of(served), GUEST)).isEmpty();
    stopped("kvm-b", other.formatted("vol"));
    assertThat(volumes.look(DESTINATION, SOURCE).namers(List.of(served), GUEST))
        .containsOnlyKeys(served);
  }

  @ParameterizedTest
  @CsvSource({"file, /exp/sub/vda.raw", "volume, net/vda.raw"})
  void refusesAnotherStorageByTheNameThatAPoolOfTheSourceCallsShared(String type, String location) {
    storage.pool("kvm-a", new StoragePool("net", "netfs", "/exp", 0));
    storage.pool("kvm-b", new StoragePool("net", "netfs", "/exp", 0));
    DomainDisk disk = onImage("vda", new DiskImage(SourceType.of(type), location, "raw", null));
    storage.volume("kvm-b", inNet());
    assertThat(place(CopyMode.FULL, Map.of(), List.of(), List.of(disk)).obstacles()).isEmpty();
    storage.reset();
    storage.pool("kvm-a", new StoragePool("net", "netfs", "/exp", 0));
    storage.pool("kvm-b", new StoragePool("net", "dir", "/exp", 0));
    assertThat(refusal(place(CopyMode.FULL, Map.of(), List.of(), List.of(disk))).detail())
        .startsWith(
            "vda is on net of kvm-a, a pool of type netfs, and kvm-b has net there, of type dir.");
  }

  private static StorageVolume inNet() {
    return new StorageVolume(
        "net", "vda.raw", "/exp/vda.raw", "raw", MIB, 0, 0, null, null, false, null, null);
  }

  @Test
  void tellsWhoWritesWhatADomainIsToRead() {
    pool("kvm-b", 0);
    hypervisor.define("kvm-b", UUID.randomUUID(), "<domain><os><kernel>/k</kernel></os></domain>");
    assertThat(volumes.look(DESTINATION, SOURCE).writers(List.of("/k"), GUEST)).isEmpty();
    stopped("kvm-b", "<disk type='file'><source file='/k'/></disk>");
    assertThat(volumes.look(DESTINATION, SOURCE).writers(List.of("/k"), GUEST))
        .containsOnlyKeys("/k");
  }
}
