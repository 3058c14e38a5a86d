package dev.virtferry.libvirt.xml;

import static java.util.stream.Collectors.joining;

import dev.virtferry.libvirt.Hindrance;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** The devices of its host that a domain has, as {@code <hostdev>} and as {@code <interface>}. */
final class HostDevices {

  private static final List<String> PARTS_OF_PCI = List.of("domain", "bus", "slot", "function");

  private HostDevices() {}

  /** What hinders the migration of a running domain. */
  static List<Hindrance> now(List<Element> hostdevs, List<Element> interfaces) {
    return Stream.concat(
            hostdevs.stream().filter(device -> !isLetGo(device)).map(HostDevices::now),
            interfaces.stream().flatMap(card -> card(card).stream()))
        .toList();
  }

  /**
   * Whether libvirt or its QEMU lets go of it before the guest moves: an optional one that is
   * missing is not there, and one of a team ({@code <teaming>}) is unplugged.
   */
  private static boolean isLetGo(Element device) {
    return source(device, "missing").equals("yes") || isOfATeam(device);
  }

  private static boolean isOfATeam(Element device) {
    return Xml.child(device, "teaming")
        .filter(teaming -> teaming.getAttribute("type").equals("transient"))
        .isPresent();
  }

  private static Hindrance now(Element device) {
    String name = name(device);
    return hasADriverThatMigrates(device)
        ? Hindrance.unknown(
            "Whether the driver of its %s can migrate it is for QEMU to tell.".formatted(name))
        : Hindrance.refused("It has the host's %s; detach it first.".formatted(name));
  }

  /** {@code vfio-pci} itself can't; those that makers of devices add perhaps can. */
  private static boolean hasADriverThatMigrates(Element device) {
    return Xml.child(device, "driver")
        .map(driver -> driver.getAttribute("model"))
        .filter(model -> !model.isEmpty() && !model.equals("vfio-pci"))
        .isPresent();
  }

  private static Optional<Hindrance> card(Element card) {
    String mac = mac(card);
    return switch (card.getAttribute("type")) {
      case "hostdev" ->
          isOfATeam(card) || hasADriverThatMigrates(card)
              ? Optional.empty()
              : Optional.of(ofTheHost(mac));
      case "vdpa" ->
          Optional.of(
              Hindrance.unknown(
                  "Whether its interface%s (type vdpa) can be migrated is for QEMU to tell."
                      .formatted(mac)));
      default -> Optional.empty();
    };
  }

  private static Hindrance ofTheHost(String mac) {
    return Hindrance.refused(
        "Its interface%s (type hostdev) is a device of the host; detach it first.".formatted(mac));
  }

  /**
   * Those that the domain would take at its next start: what has the address at the destination is
   * another's. One on USB is named by what it is, and one of a team is the operator's matter.
   */
  static List<Hindrance> atTheNextStart(List<Element> hostdevs, List<Element> interfaces) {
    return Stream.concat(
            hostdevs.stream()
                .filter(device -> !source(device, "startupPolicy").equals("optional"))
                .map(device ->
                    later("the host's " + name(device), isOnUsb(device) || isOfATeam(device))),
            interfaces.stream()
                .filter(card -> card.getAttribute("type").equals("hostdev"))
                .map(card -> later("the host's interface" + mac(card), isOfATeam(card))))
        .toList();
  }

  private static Hindrance later(String device, boolean meant) {
    return meant
        ? Hindrance.unknown(
            "At its next start it has %s, which has to be at the destination then."
                .formatted(device))
        : Hindrance.refused(
            "At its next start it would have %s, and at the destination that is another's; take it"
                    .formatted(device)
                + " out of its definition first.");
  }

  private static boolean isOnUsb(Element device) {
    return device.getAttribute("type").equals("usb");
  }

  private static String mac(Element card) {
    return Xml.child(card, "mac").map(mac -> " " + mac.getAttribute("address")).orElse("");
  }

  /** Such as {@code USB device 1234:5678 (hostdev)}. */
  private static String name(Element device) {
    return switch (device.getAttribute("type")) {
      case "usb" -> "USB device%s (hostdev)".formatted(usb(device));
      case "pci" -> "PCI device%s (hostdev)".formatted(pci(device));
      case "mdev" -> "mediated device%s (hostdev)".formatted(mediated(device));
      case "scsi", "scsi_host" -> "SCSI device (hostdev)";
      default -> "device (hostdev)";
    };
  }

  private static String usb(Element device) {
    String ids =
        Stream.of("vendor", "product")
            .flatMap(part -> source(device).flatMap(source -> Xml.child(source, part)).stream())
            .map(part -> digits(part.getAttribute("id")))
            .collect(joining(":"));
    return ids.isEmpty() ? "" : " " + ids;
  }

  private static String pci(Element device) {
    return address(device)
        .map(address -> PARTS_OF_PCI.stream().map(address::getAttribute).map(HostDevices::digits))
        .map(parts -> parts.toList())
        .map(parts ->
            " %s:%s:%s.%s".formatted(parts.get(0), parts.get(1), parts.get(2), parts.get(3)))
        .orElse("");
  }

  private static String mediated(Element device) {
    return address(device).map(address -> " " + address.getAttribute("uuid")).orElse("");
  }

  private static String digits(String hex) {
    return hex.startsWith("0x") ? hex.substring(2) : hex;
  }

  private static Optional<Element> address(Element device) {
    return source(device).flatMap(source -> Xml.child(source, "address"));
  }

  private static Optional<Element> source(Element device) {
    return Xml.child(device, "source");
  }

  private static String source(Element device, String attribute) {
    return source(device).map(source -> source.getAttribute(attribute)).orElse("");
  }
}
