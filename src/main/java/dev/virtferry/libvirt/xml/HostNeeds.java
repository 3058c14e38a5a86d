package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Need.Network;
import dev.virtferry.libvirt.Need.PacketFilter;
import dev.virtferry.libvirt.Need.Secret;
import dev.virtferry.libvirt.Need.TpmEmulator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/** Reads what a definition has of its host, besides disks, machine and CPU. */
public final class HostNeeds {

  private final Set<Need> found = new LinkedHashSet<>();

  private HostNeeds() {}

  /** Each once. */
  static List<Need> of(Element root, List<NamedFile> opened) {
    var needs = new HostNeeds();
    Xml.child(root, "devices").map(Xml::children).orElse(List.of()).forEach(needs::readDevice);
    needs.found.addAll(listeners(root, HostNeeds::isFixed));
    needs.found.addAll(NeededFiles.of(root, opened));
    return List.copyOf(needs.found);
  }

  /**
   * Where a domain listens that runs with this definition.
   *
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  public static List<Listener> listening(String xml) {
    return listeners(Xml.parse(xml), _ -> true);
  }

  private void readDevice(Element device) {
    String place = "devices/" + device.getTagName();
    readSecrets(device, place);
    switch (device.getTagName()) {
      case "interface" -> readInterface(device, place);
      case "graphics" ->
          Xml.children(device, "listen").stream()
              .filter(listen -> listen.getAttribute("type").equals("network"))
              .forEach(listen -> found.add(new Network(place, listen.getAttribute("network"))));
      case "tpm" ->
          Xml.children(device, "backend").stream()
              .filter(backend -> backend.getAttribute("type").equals("emulator"))
              .forEach(
                  backend -> found.add(new TpmEmulator(place, backend.getAttribute("version"))));
      default -> {
        // Of the others only secrets and files are the host's.
      }
    }
  }

  /** Of encrypted images and TPMs, and for servers of storage that ask who calls. */
  private void readSecrets(Element element, String place) {
    for (Element child : Xml.children(element)) {
      String key =
          switch (child.getTagName()) {
            case "secret" -> Xml.attribute(child, "uuid", child.getAttribute("usage"));
            case "encryption" -> child.getAttribute("secret");
            default -> "";
          };
      if (!key.isEmpty()) {
        found.add(new Secret(place, key));
      }
      readSecrets(child, place);
    }
  }

  private void readInterface(Element device, String place) {
    Xml.child(device, "filterref")
        .ifPresent(filter -> found.add(new PacketFilter(place, filter.getAttribute("filter"))));
    for (Element source : Xml.children(device, "source")) {
      switch (device.getAttribute("type")) {
        case "network" -> found.add(new Network(place, source.getAttribute("network")));
        case "bridge" -> found.add(new Link(place, source.getAttribute("bridge")));
        case "direct" -> found.add(new Link(place, source.getAttribute("dev")));
        default -> {
          // Those that listen are read with the others that do.
        }
      }
    }
  }

  /** libvirt finds a free port anew where the definition leaves that to it. */
  private static boolean isFixed(Element graphics) {
    return !graphics.getAttribute("autoport").equals("yes");
  }

  private static List<Listener> listeners(Element root, Predicate<Element> fixed) {
    return Xml.child(root, "devices").map(Xml::children).orElse(List.of()).stream()
        .flatMap(device ->
            device.getTagName().equals("graphics")
                ? graphics(device, fixed.test(device))
                : bound(device))
        .distinct()
        .toList();
  }

  /** One on a socket or of no address listens nowhere, whatever else is written. */
  private static Stream<Listener> graphics(Element graphics, boolean fixed) {
    return Xml.children(graphics, "listen").stream()
        .filter(listen -> listen.getAttribute("type").equals("address"))
        .limit(1)
        .map(listen -> listen.getAttribute("address"))
        .flatMap(address ->
            Stream.of("port", "tlsPort", "websocket")
                .map(name -> fixed || name.equals("websocket") ? port(graphics, name) : 0)
                .distinct()
                .map(port -> new Listener(Listener.GRAPHICS, address, port)));
  }

  /** What a character device or a card binds of TCP or UDP. */
  private static Stream<Listener> bound(Element device) {
    String place = "devices/" + device.getTagName();
    List<Element> sources = Xml.children(device, "source");
    Stream<Listener> characters =
        sources.stream()
            .filter(source -> source.getAttribute("mode").equals("bind"))
            .filter(source -> port(source, "service") > 0)
            .map(source -> listener(place, source, "host", "service"));
    boolean isServer =
        place.equals("devices/interface") && device.getAttribute("type").equals("server");
    return isServer
        ? Stream.concat(
            characters, sources.stream().map(card -> listener(place, card, "address", "port")))
        : characters;
  }

  private static Listener listener(String place, Element source, String host, String port) {
    return new Listener(place, source.getAttribute(host), port(source, port));
  }

  /** 0 where none is said, or libvirt finds one. */
  private static int port(Element element, String name) {
    try {
      return Math.max(0, Integer.parseInt(element.getAttribute(name)));
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
