package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.Hindrance;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * What of a domain's definition keeps libvirt, or its QEMU, from migrating the domain ({@code
 * qemuMigrationSrcIsAllowed}).
 */
public final class Hindrances {

  private static final Set<String> REQUIRED = Set.of("require", "force");

  private final Element root;

  private Hindrances(Element root) {
    this.root = root;
  }

  /**
   * Those of a running domain.
   *
   * @param xml its live definition, as libvirt describes it without flags
   * @throws IllegalArgumentException when that is no document of libvirt's
   */
  public static List<Hindrance> now(String xml) {
    return new Hindrances(Xml.parse(xml)).now();
  }

  /**
   * Those of what it would take of the destination at its next start.
   *
   * @param xml its definition for the next start
   * @throws IllegalArgumentException when that is no document of libvirt's
   */
  public static List<Hindrance> atTheNextStart(String xml) {
    var definition = new Hindrances(Xml.parse(xml));
    return HostDevices.atTheNextStart(
        definition.devices("hostdev").toList(), definition.devices("interface").toList());
  }

  private List<Hindrance> now() {
    List<Hindrance> found =
        new ArrayList<>(
            HostDevices.now(devices("hostdev").toList(), devices("interface").toList()));
    Stream.of(transientDisks(), sharedFolders(), sharedMemory(), clock())
        .flatMap(each -> each)
        .map(Hindrance::refused)
        .forEach(found::add);
    return found;
  }

  /** What they wrote is thrown away when the domain stops. */
  private Stream<String> transientDisks() {
    return devices("disk")
        .filter(disk -> Xml.child(disk, "transient").isPresent())
        .map(disk ->
            "Its disk %s is transient, and libvirt migrates no such; detach it first."
                .formatted(target(disk)));
  }

  private Stream<String> sharedFolders() {
    return devices("filesystem")
        .filter(folder ->
            Xml.child(folder, "driver")
                .filter(driver -> driver.getAttribute("type").equals("virtiofs"))
                .isPresent())
        .map(folder ->
            "Its filesystem %s is virtiofs, which libvirt does not migrate; detach it first."
                .formatted(Xml.child(folder, "target").map(t -> t.getAttribute("dir")).orElse("")));
  }

  private Stream<String> sharedMemory() {
    return devices("shmem")
        .filter(memory -> !memory.getAttribute("role").equals("master"))
        .map(memory ->
            "Its shared memory %s (shmem) does not have the role 'master', the only one that libvirt"
                    .formatted(memory.getAttribute("name"))
                + " migrates; detach it first.");
  }

  /** A counter that runs alike on every host needs to be told how fast. */
  private Stream<String> clock() {
    return hasInvariantClock() && !tellsItsFrequency()
        ? Stream.of(
            "Its CPU has the feature invtsc, which libvirt migrates only with a timer 'tsc' of a"
                + " frequency in its clock; give it one, or take the feature away, and start it anew.")
        : Stream.empty();
  }

  private boolean hasInvariantClock() {
    return Xml.child(root, "cpu").stream()
        .flatMap(cpu -> Xml.children(cpu, "feature").stream())
        .anyMatch(feature ->
            feature.getAttribute("name").equals("invtsc")
                && REQUIRED.contains(Xml.attribute(feature, "policy", "require")));
  }

  private boolean tellsItsFrequency() {
    return Xml.child(root, "clock").stream()
        .flatMap(clock -> Xml.children(clock, "timer").stream())
        .anyMatch(
            timer -> timer.getAttribute("name").equals("tsc") && timer.hasAttribute("frequency"));
  }

  private static String target(Element disk) {
    return Xml.child(disk, "target").map(target -> target.getAttribute("dev")).orElse("");
  }

  private Stream<Element> devices(String name) {
    return Xml.child(root, "devices").stream()
        .flatMap(devices -> Xml.children(devices, name).stream());
  }
}
