package dev.virtferry.migration.run;

import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.Acceptance.Answer;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Network;
import dev.virtferry.libvirt.Need.PacketFilter;
import dev.virtferry.libvirt.Need.Secret;
import dev.virtferry.libvirt.Need.TpmEmulator;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.migration.GivenSpec;
import dev.virtferry.migration.options.MigrationOptions;
import dev.virtferry.migration.plan.MigrationPlan;
import dev.virtferry.migration.plan.MigrationPlan.Check;
import dev.virtferry.migration.plan.MigrationPlan.Check.Outcome;
import dev.virtferry.migration.plan.MigrationPlan.Check.Subject;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What else the destination has to have, by the definitions that arrive there. */
class PrerequisitesTest {

  private static final UUID OTHER = UUID.fromString("11111111-2222-4333-8444-555555555555");

  private final PlayedRun run = new PlayedRun();

  private void defined(String os, String devices) {
    run.hosts()
        .describe(
            run.guest().uuid(),
            "<domain><name>web</name><os>%s</os><devices>%s</devices></domain>"
                .formatted(os, devices));
  }

  private void defined(String devices) {
    defined("", devices);
  }

  private static String vnc(int port, String autoport, String address) {
    return "<graphics type='vnc' port='%s' autoport='%s'><listen type='address' address='%s'/></graphics>"
        .formatted(Integer.toString(port), autoport, address);
  }

  private MigrationPlan plan() {
    return run.plan(new GivenSpec("web").copying("vda", "vdb").build());
  }

  private List<Check> checks() {
    return plan().checks().stream().filter(check -> check.subject() == Subject.NEEDS).toList();
  }

  private String doubt() {
    MigrationPlan plan = plan();
    assertThat(plan.problems()).isEmpty();
    List<Check> checks = checks();
    assertThat(checks).extracting(Check::outcome).containsExactly(Outcome.UNKNOWN);
    return checks.getFirst().detail();
  }

  private String refused(ProblemType type) {
    List<Problem> problems = plan().problems();
    assertThat(problems).extracting(Problem::type).containsExactly(type);
    return problems.getFirst().detail();
  }

  private void passes() {
    assertThat(checks()).extracting(Check::outcome).containsExactly(Outcome.PASSED);
  }

  static List<Arguments> whatLibvirtTells() {
    String vtpm =
        "<tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='U'/>"
            + "</backend></tpm>";
    String disk = "<disk><source><encryption><secret uuid='U'/></encryption></source></disk>";
    String card =
        "<interface type='network'><source network='lan'/><filterref filter='f'/></interface>";
    return List.of(
        Arguments.of(
            vtpm, new Secret("devices/tpm", "U"), ProblemType.DESTINATION_STORAGE, "secret U"),
        Arguments.of(
            disk, new Secret("devices/disk", "U"), ProblemType.DESTINATION_STORAGE, "secret U"),
        Arguments.of(
            vtpm,
            new TpmEmulator("devices/tpm", "2.0"),
            ProblemType.DOMAIN_NOT_MIGRATABLE,
            "TPM emulator (swtpm) 2.0"),
        Arguments.of(
            card,
            new Network("devices/interface", "lan"),
            ProblemType.DESTINATION_CONFLICT,
            "active network lan"),
        Arguments.of(
            card,
            new PacketFilter("devices/interface", "f"),
            ProblemType.DESTINATION_CONFLICT,
            "network filter f"),
        Arguments.of(
            "<interface type='bridge'><source bridge='br7'/></interface>",
            new Link("devices/interface", "br7"),
            ProblemType.DESTINATION_CONFLICT,
            "network device br7"));
  }

  @ParameterizedTest
  @MethodSource("whatLibvirtTells")
  void refusesWhatTheDestinationLacks(String devices, Need need, ProblemType type, String words) {
    defined(devices);
    passes();
    run.hosts().provide("kvm-b", need, new Acceptance(Answer.NO, ""));
    assertThat(refused(type)).startsWith(need.place() + ": kvm-b has no " + words + ". ");
    run.hosts().provide("kvm-b", need, new Acceptance(Answer.UNKNOWN, "no driver tells"));
    assertThat(doubt())
        .isEqualTo(
            need.place() + " needs what kvm-b may not have: " + words + "; no driver tells.");
  }

  @Test
  void asksNothingWhereNothingIsNeeded() {
    passes();
  }

  @ParameterizedTest
  @CsvSource({
    "5901, no, 0.0.0.0, true",
    "5901, yes, 0.0.0.0, false",
    "5902, no, 0.0.0.0, false",
  })
  void refusesAPortThatAnotherGuestHas(int port, String autoport, String address, boolean barred) {
    run.hosts()
        .run(
            "kvm-b",
            OTHER,
            "<domain><devices>%s</devices></domain>".formatted(vnc(5901, "yes", "127.0.0.1")));
    defined(vnc(port, autoport, address));
    if (barred) {
      assertThat(refused(ProblemType.DESTINATION_CONFLICT))
          .startsWith(
              "devices/graphics: kvm-b has no free port 0.0.0.0:5901; domain "
                  + OTHER
                  + " has it.");
    } else {
      passes();
    }
  }

  /** Whoever does not run listens nowhere. */
  @Test
  void aPortOfAGuestThatDoesNotRunIsFree() {
    run.hosts()
        .define(
            "kvm-b",
            OTHER,
            "<domain><devices>%s</devices></domain>".formatted(vnc(5901, "no", "0.0.0.0")));
    defined(vnc(5901, "no", "0.0.0.0"));
    passes();
  }

  @Test
  void refusesToListenOnAnAddressOfTheSource() {
    defined(vnc(-1, "yes", "kvm-a"));
    assertThat(refused(ProblemType.DESTINATION_CONFLICT))
        .contains("devices/graphics: kvm-b has no address kvm-a; kvm-a is an address of kvm-a.");
    defined(vnc(-1, "yes", "kvm-b"));
    passes();
    defined(vnc(-1, "yes", "10.9.9.9"));
    assertThat(doubt()).contains("address 10.9.9.9; only it sees its addresses");
  }

  @Test
  void refusesAFileThatThePoolOfItsFolderDoesNotShow() {
    run.volumes().pool("kvm-b", new StoragePool("boot", "dir", "/boot", 1024 * MIB));
    defined("<kernel>/boot/k</kernel>", "");
    assertThat(refused(ProblemType.DESTINATION_STORAGE))
        .isEqualTo("os/kernel: kvm-b has no /boot/k. Copy it there.");
    defined("<kernel>/boot/.k</kernel>", "");
    assertThat(doubt()).contains("/boot/.k (os/kernel)");
  }

  @Test
  void takesLibvirtsWordForFirmwareAndAPoolsWordWhereItHasNone() {
    defined("<loader type='pflash' readonly='yes'>/fw/code</loader>", "");
    passes();
    Need loader = new HostFile("os/loader", "/fw/code", HostFile.Kind.FILE);
    run.hosts().provide("kvm-b", loader, new Acceptance(Answer.UNKNOWN, "it is not listed"));
    assertThat(doubt()).contains("/fw/code (os/loader)");
    run.volumes().pool("kvm-b", new StoragePool("firmware", "dir", "/fw", 1024 * MIB));
    assertThat(refused(ProblemType.DESTINATION_STORAGE)).contains("os/loader: kvm-b has no");
  }

  @Test
  void listsInOneSentenceWhatOnlyTheHostSees() {
    run.volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv/images", 1024 * MIB));
    defined(
        "<kernel>/boot/k</kernel><initrd>/boot/i</initrd>",
        "<serial type='file'><source path='/logs/web.log'/></serial>"
            + "<serial type='file'><source path='/srv/web.log'/></serial>");
    assertThat(doubt())
        .isEqualTo(
            "Only kvm-b itself sees whether it has /boot/k (os/kernel), /boot/i (os/initrd), folder"
                + " /logs (devices/serial).");
  }

  @Test
  void namesWhatLibvirtFailedOver() {
    defined("<kernel>/boot/k</kernel>", "");
    run.call(MigrationOptions.NONE);
    run.jobIsOver();
    run.callFails(
        1, 10, "process exited: qemu: could not open kernel file '/boot/k': No such file");
    run.lookUntilTheEnd();
    Problem problem = run.failure().problem();
    assertThat(problem.type()).isEqualTo(ProblemType.DESTINATION_STORAGE);
    assertThat(problem.detail())
        .endsWith("Its definition names that in os/kernel; the destination has to have it.");
  }
}
