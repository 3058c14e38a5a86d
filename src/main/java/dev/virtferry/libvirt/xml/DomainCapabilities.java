package dev.virtferry.libvirt.xml;

import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/** What a host can give a domain ({@code virConnectGetDomainCapabilities}). */
public final class DomainCapabilities {

  private final Element root;

  private DomainCapabilities(Element root) {
    this.root = root;
  }

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  public static DomainCapabilities parse(String xml) {
    return new DomainCapabilities(Xml.parse(xml));
  }

  /** Whether it has that firmware; libvirt lists those of its configuration that are there. */
  public boolean hasLoader(String path) {
    return Xml.child(root, "os").flatMap(os -> Xml.child(os, "loader")).stream()
        .flatMap(loader -> Xml.children(loader, "value").stream())
        .anyMatch(value -> value.getTextContent().equals(path));
  }

  /**
   * Whether it can emulate a TPM of that version.
   *
   * @param version such as 2.0; empty for any
   * @return empty where they do not tell
   */
  public Optional<Boolean> emulatesTpm(String version) {
    Optional<Element> tpm =
        Xml.child(root, "devices").flatMap(devices -> Xml.child(devices, "tpm"));
    if (tpm.filter(t -> t.getAttribute("supported").equals("no")).isPresent()) {
      return Optional.of(false);
    }
    return values(tpm, "backendModel")
        .map(models ->
            models.contains("emulator")
                && (version.isEmpty()
                    || values(tpm, "backendVersion")
                        .map(versions -> versions.contains(version))
                        .orElse(true)));
  }

  private static Optional<List<String>> values(Optional<Element> of, String name) {
    return of.stream()
        .flatMap(element -> Xml.children(element, "enum").stream())
        .filter(choice -> choice.getAttribute("name").equals(name))
        .map(choice -> Xml.children(choice, "value").stream().map(Element::getTextContent).toList())
        .findFirst();
  }
}
