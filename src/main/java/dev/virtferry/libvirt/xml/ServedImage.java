package dev.virtferry.libvirt.xml;

import static java.util.stream.Collectors.joining;

import java.util.Map;
import org.w3c.dom.Element;

/**
 * What a server of storage has, as a disk's source names it: the protocol, the name there and the
 * servers. Each host may have a server of its own behind a unix socket, so libvirt takes for one
 * and the same what two hosts call alike.
 */
final class ServedImage {

  /** What libvirt uses where a definition says nothing. */
  private static final Map<String, String> PORTS = Map.of("nbd", "10809", "iscsi", "3260");

  private ServedImage() {}

  /** A text for each, in which no part of a path shows: {@code nbd:vol@unix:%2Frun%2Fvol.sock}. */
  static String name(Element source) {
    String protocol = source.getAttribute("protocol");
    String hosts =
        Xml.children(source, "host").stream()
            .map(host -> server(host, PORTS.getOrDefault(protocol, "")))
            .sorted()
            .collect(joining(","));
    return (protocol + ":" + source.getAttribute("name") + "@" + hosts).replace("/", "%2F");
  }

  private static String server(Element host, String port) {
    if (host.getAttribute("transport").equals("unix")) {
      return "unix:" + host.getAttribute("socket");
    }
    return host.getAttribute("name")
        + ":"
        + (host.hasAttribute("port") ? host.getAttribute("port") : port);
  }
}
