package dev.virtferry.migration.run;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.libvirt.TypedValue;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.options.GivenOptions;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.plan.MigrationPlan;
import dev.virtferry.migration.plan.MigrationPlan.Check;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest would open at the destination, by the definitions that arrive there with it. */
class NextStartTest {

  private static final UUID OTHER = UUID.fromString("11111111-2222-4333-8444-555555555555");

  private final PlayedRun run = new PlayedRun();

  /** What the guest's definitions have besides the disks that it runs with. */
  private void defined(String devices) {
    run.hosts()
        .describe(
            run.guest().uuid(),
            "<domain><name>web</name><devices>%s</devices></domain>".formatted(devices));
  }

  /** A domain of the destination that does not run. */
  private void another(String devices) {
    another(OTHER, devices);
  }

  /** One that is in nobody's way. */
  private void reader(String devices) {
    another(UUID.randomUUID(), devices);
  }

  private void another(UUID domain, String devices) {
    run.hosts()
        .define(
            "kvm-b",
            domain,
            "<domain><name>other</name><devices>%s</devices></domain>".formatted(devices));
  }

  private static String file(String target, String path) {
    return "<disk type='file'><source file='%s'/><target dev='%s'/></disk>".formatted(path, target);
  }

  private static String volume(String target, String name, String more) {
    return "<disk type='volume'>%s<source pool='images' volume='%s'/><target dev='%s'/></disk>"
        .formatted(more, name, target);
  }

  private MigrationPlan plan(
      Map<String, VolumeWish> places, CopyMode mode, MigrationOptions options) {
    return run.plan(
        new GivenSpec("web").copying("vda", "vdb").by(mode).placing(places).with(options).build());
  }

  /** What is in the way of a copy of both disks. */
  private List<Problem> problems(
      Map<String, VolumeWish> places, CopyMode mode, MigrationOptions options) {
    return plan(places, mode, options).problems();
  }

  /** The definitions that libvirt would be given. */
  private List<String> definitions(CopyMode mode, MigrationOptions options) {
    var parameters = Objects.requireNonNull(plan(Map.of(), mode, options).call()).parameters();
    return Stream.of("destination_xml", "persistent_xml")
        .flatMap(name -> parameters.get(name).stream())
        .map(text -> ((TypedValue.Text) text).value())
        .toList();
  }

  /** A copy in full has nothing beneath it, whatever the definitions say of what is copied. */
  @Test
  void definesACopyInFullWithoutTheChainThatItHasNot() {
    defined(
        """
        <disk type='file'><source file='/srv/vda.raw'/><target dev='vda'/>
          <backingStore type='file'><format type='raw'/><source file='/srv/b'/></backingStore></disk>
        <disk type='file'><source file='/srv/vdb.raw'/><target dev='vdb'/><backingStore/></disk>
        """);
    assertThat(definitions(CopyMode.FULL, MigrationOptions.NONE))
        .containsExactly(
            "<domain>LIVE open {vda=alone}</domain>",
            "<domain>PERSISTENT open {vda=alone}</domain>");
    assertThat(definitions(CopyMode.INCREMENTAL, MigrationOptions.NONE)).isEmpty();
    MigrationOptions transientThere = new GivenOptions().persist(false, false).build();
    assertThat(definitions(CopyMode.FULL, transientThere))
        .containsExactly("<domain>LIVE open {vda=alone}</domain>");
  }

  /** Newer versions of libvirt tell in which other file an image keeps its data. */
  @ParameterizedTest
  @EnumSource
  void definesACopyWithoutTheFileThatTheOriginalKeepsItsDataIn(CopyMode mode) {
    defined(
        """
        <disk type='file'><source file='/srv/vdb.raw'><dataStore type='file'><format type='raw'/>
          <source file='/srv/d'/></dataStore></source><target dev='vdb'/></disk>
        """);
    assertThat(definitions(mode, MigrationOptions.NONE))
        .containsExactly(
            "<domain>LIVE open {vdb=alone}</domain>",
            "<domain>PERSISTENT open {vdb=alone}</domain>");
  }

  @Test
  void leavesTheDefinitionsToLibvirtWhereTheySayOfTheCopiesWhatTheyAre() {
    defined(file("vda", "/srv/vda.raw") + file("vdb", "/srv/vdb.raw"));
    assertThat(definitions(CopyMode.FULL, MigrationOptions.NONE)).isEmpty();
  }

  private List<Problem> problems() {
    return problems(Map.of(), CopyMode.FULL, MigrationOptions.NONE);
  }

  private void refused(String path) {
    List<Problem> problems = problems();
    assertThat(problems).hasSize(1);
    areOfTheOther(problems, path);
  }

  private static void areOfTheOther(List<Problem> problems, String path) {
    assertThat(problems)
        .allSatisfy(problem -> {
          assertThat(problem.type()).isEqualTo(ProblemType.DESTINATION_CONFLICT);
          assertThat(problem.detail()).contains(path, OTHER.toString());
        });
  }

  private void pool(String name, String folder) {
    run.volumes().pool("kvm-b", new StoragePool(name, "dir", folder, 1024 * MIB));
  }

  /** Each definition keeps a path as it was written into it. */
  @Test
  void aDiskIsTheSameThatBothDefinitionsWriteInTwoWays() {
    pool("images", "/srv");
    defined(file("vda", "/srv//vda.raw") + file("vdb", "/srv/./vdb.raw"));
    assertThat(problems()).isEmpty();
    defined(file("vda", "/srv/a/../vda.raw"));
    assertThat(problems()).isNotEmpty();
  }

  /** vda goes to another place, as the one that it has is taken there. */
  @ParameterizedTest
  @CsvSource({"vda, false", "sda, true"})
  void aDiskThatMovesIsFollowedByItsTargetAndByNoOther(String target, boolean left) {
    pool("images", "/srv");
    pool("fast", "/fast");
    another(file("vda", "/srv/vda.raw"));
    defined(file(target, "/srv/vda.raw"));
    Map<String, VolumeWish> places = Map.of("vda", new VolumeWish("fast", "web.raw"));
    List<Problem> problems = problems(places, CopyMode.FULL, MigrationOptions.NONE);
    assertThat(problems).hasSize(left ? 1 : 0);
    areOfTheOther(problems, "would open /srv/vda.raw on kvm-b");
  }

  @Test
  void aDiskThatKeepsItsPlaceIsLookedAtOnceUnderWhicheverTarget() {
    defined(file("sda", "/srv/vda.raw"));
    another(file("vda", "/srv/vda.raw"));
    assertThat(problems())
        .extracting(Problem::type)
        .containsExactly(ProblemType.DESTINATION_STORAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<readonly/>", ""})
  void refusesAVolumeOfTheNextStartThatAnotherDomainWrites(String more) {
    defined(volume("vdx", "victim.raw", more));
    another(file("vda", "/img/victim.raw"));
    assertThat(problems()).isEmpty();
    pool("images", "/img");
    refused("/img/victim.raw");
    run.volumes().stop("kvm-b", "images");
    refused("/img/victim.raw");
  }

  @Test
  void refusesAVolumeOfTheNextStartThatAnotherDomainNamesAlike() {
    defined(volume("vdx", "victim.raw", ""));
    another(volume("vda", "victim.raw", ""));
    refused("images/victim.raw");
  }

  @Test
  void refusesAMediumOfTheNextStartThatAnotherDomainWrites() {
    String medium =
        "<disk type='file' device='cdrom'><source file='/m.iso'/><target dev='sda'/></disk>";
    defined(medium);
    reader(medium);
    assertThat(problems()).isEmpty();
    another(file("vda", "/m.iso"));
    refused("/m.iso");
  }

  /** A medium may be read by many, and a disk may be another's. */
  @Test
  void aMediumThatItHasNowHidesNoDiskOfTheNextStart() {
    run.guest(
        Domains.withDisks(
            run.guest(),
            Domains.disk("vda"),
            Domains.disk("vdb"),
            Domains.cdrom("sda", "/m.raw", false)));
    defined(file("sdb", "/m.raw"));
    another("<disk type='file'><source file='/m.raw'/><readonly/></disk>");
    refused("/m.raw");
  }

  @Test
  void looksAtNothingOfTheNextStartWhereItsDefinitionDoesNotTravel() {
    defined(file("sda", "/other.raw"));
    another(file("vda", "/other.raw"));
    refused("/other.raw");
    MigrationOptions transientThere = new GivenOptions().persist(false, false).build();
    assertThat(problems(Map.of(), CopyMode.FULL, transientThere)).isEmpty();
  }

  private List<String> differences(Map<String, VolumeWish> places) {
    MigrationPlan plan = plan(places, CopyMode.FULL, MigrationOptions.NONE);
    assertThat(plan.problems()).isEmpty();
    return plan.checks().stream()
        .filter(check -> check.subject() == Check.Subject.NEXT_START)
        .map(check -> check.outcome() + " " + check.detail())
        .toList();
  }

  @Test
  void findsTheDisksOfTheNextStartToBeThoseOfNow() {
    String same = "PASSED its definition has the same disks";
    assertThat(differences(Map.of())).containsExactly(same);
    defined(file("vda", "/srv//vda.raw") + file("sdb", "/srv/vdb.raw"));
    assertThat(differences(Map.of())).containsExactly(same);
    pool("images", "/srv");
    run.volumes().pool("kvm-a", new StoragePool("images", "dir", "/srv", 0));
    run.raw("kvm-a", "vda.raw", 64 * MIB);
    defined(volume("vda", "vda.raw", "") + file("vdb", "/srv/vdb.raw"));
    assertThat(differences(Map.of())).as("by its pool").containsExactly(same);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          <disk type='file'><source file='/srv/c.raw'/><target dev='vdc'/></disk> | From its next start on it has vdc (/srv/c.raw) as well, which is not copied: have it on kvm-b by then, or take it out of the persistent definition.
          <disk type='file' device='cdrom'><source file='/c.iso'/><target dev='sda'/></disk> | From its next start on it has sda (/c.iso) as well, which is not copied: have it on kvm-b by then, or take it out of the persistent definition.
          <disk type='file' device='cdrom'><source startupPolicy='optional' file='/c.iso'/><target dev='sda'/></disk> |
          <disk type='file' device='cdrom'><target dev='sda'/></disk> |
          <disk type='network'><source protocol='rbd' name='p/i'/><target dev='vdc'/></disk> |
          """)
  void namesADiskThatTheNextStartHasAsWell(String more, @Nullable String difference) {
    defined(file("vda", "/srv/vda.raw") + file("vdb", "/srv/vdb.raw") + more);
    assertThat(differences(Map.of()))
        .containsExactly(
            difference == null
                ? "PASSED its definition has the same disks"
                : "UNKNOWN " + difference);
  }

  @Test
  void namesADiskThatIsAnotherAtTheNextStart() {
    defined(
        file("vda", "/srv/old.raw")
            + "<disk type='file'><driver type='qcow2'/><source file='/srv/vdb.raw'/>"
            + "<target dev='vdb'/></disk>");
    assertThat(differences(Map.of()))
        .containsExactly(
            "UNKNOWN From its next start on vda is /srv/old.raw, and now it is /srv/vda.raw; the"
                + " former is not copied: have it on kvm-b by then, or change the persistent"
                + " definition.",
            "UNKNOWN From its next start on vdb (/srv/vdb.raw) is read as qcow2, and now it is as"
                + " raw.");
  }

  @Test
  void namesADiskThatTheNextStartHasNot() {
    defined(file("vda", "/srv/vda.raw"));
    assertThat(differences(Map.of()))
        .containsExactly(
            "UNKNOWN The persistent definition has no vdb (/srv/vdb.raw): the domain has it on kvm-b"
                + " until it stops, and not after.");
  }

  /** It is the same image under another target, and goes where that target does not follow it. */
  @Test
  void namesADiskThatStaysBehindUnderAnotherTarget() {
    pool("images", "/srv");
    pool("fast", "/fast");
    defined(file("sda", "/srv/vda.raw") + file("vdb", "/srv/vdb.raw"));
    assertThat(differences(Map.of("vda", new VolumeWish("fast", "web.raw"))))
        .containsExactly(
            "UNKNOWN From its next start on it has sda (/srv/vda.raw) as well, which is not copied:"
                + " have it on kvm-b by then, or take it out of the persistent definition.");
  }

  @Test
  void comparesNothingWhereNoDefinitionTravels() {
    defined(file("vda", "/srv/vda.raw"));
    MigrationOptions transientThere = new GivenOptions().persist(false, false).build();
    assertThat(plan(Map.of(), CopyMode.FULL, transientThere).checks())
        .extracting(Check::subject)
        .doesNotContain(Check.Subject.NEXT_START);
  }

  private static String served(String name) {
    return "<source protocol='nbd' name='%s'><host transport='unix' socket='/run/x'/></source>"
        .formatted(name);
  }

  @ParameterizedTest
  @CsvSource({"disk, <readonly/>", "cdrom, ''"})
  void refusesWhatItOnlyReadsOfAServerWhereAnotherDomainWritesIt(String device, String more) {
    defined(
        "<disk type='network' device='%s'>%s%s<target dev='sda'/></disk>"
            .formatted(device, more, served("iso")));
    reader("<disk type='network'>%s<readonly/></disk>".formatted(served("iso")));
    assertThat(problems()).isEmpty();
    another("<disk type='network'>%s</disk>".formatted(served("iso")));
    refused("nbd:iso@unix:%2Frun%2Fx");
  }

  @Test
  void refusesWhatAServerHasBeneathAnOverlayOnlyWhereTheOverlayAloneIsCopied() {
    var base = new DiskImage(SourceType.NETWORK, "nbd:base", "raw", null);
    var overlay = new DiskImage(SourceType.FILE, "/srv/vda.qcow2", "qcow2", base);
    run.guest(Domains.withDisks(run.guest(), Domains.onImage("vda", overlay), Domains.disk("vdb")));
    defined(
        """
        <disk type='file'><source file='/srv/vda.qcow2'/><target dev='vda'/>
          <backingStore type='network'><format type='raw'/>%s</backingStore></disk>
        """
            .formatted(served("base")));
    another("<disk type='network'>%s</disk>".formatted(served("base")));
    List<Problem> problems = problems(Map.of(), CopyMode.INCREMENTAL, MigrationOptions.NONE);
    assertThat(problems).hasSize(1);
    areOfTheOther(problems, "nbd:base@unix:%2Frun%2Fx");
    assertThat(problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<tpm><backend type='external'><source type='unix' mode='connect' path='/run/x'/></backend></tpm>",
        "<filesystem type='mount'><driver type='virtiofs'/><source socket='/run/x'/></filesystem>",
      })
  void refusesTheServerOfAnotherGuestThatServesOneAlone(String device) {
    defined(device);
    another(device);
    refused("/run/x");
  }
}
