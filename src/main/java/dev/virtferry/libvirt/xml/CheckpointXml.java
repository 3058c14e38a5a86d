package dev.virtferry.libvirt.xml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/** libvirt's description of a checkpoint. */
public final class CheckpointXml {

  private CheckpointXml() {}

  /**
   * The targets of disks whose image at the time of a checkpoint is beneath another one by now.
   *
   * @param checkpoint a {@code <domaincheckpoint>}, with its {@code <domain>} where it has one
   * @param now the live definition of the domain
   * @throws IllegalArgumentException when either is no document of libvirt's
   */
  public static List<String> split(String checkpoint, String now) {
    Element then = Xml.parse(checkpoint);
    Element live = Xml.parse(now);
    return Xml.child(then, "domain").stream()
        .flatMap(domain -> DomainXml.devices(domain, "disk").stream())
        .filter(disk ->
            location(disk)
                .filter(image -> beneath(live, DomainXml.target(disk)).contains(image))
                .isPresent())
        .map(DomainXml::target)
        .toList();
  }

  private static List<String> beneath(Element live, String target) {
    List<String> images = new ArrayList<>();
    Optional<Element> layer =
        DomainXml.devices(live, "disk").stream()
            .filter(disk -> DomainXml.target(disk).equals(target))
            .findFirst();
    while (layer.isPresent()) {
      layer = layer.flatMap(above -> Xml.child(above, "backingStore"));
      layer.flatMap(CheckpointXml::location).ifPresent(images::add);
    }
    return images;
  }

  private static Optional<String> location(Element layer) {
    return Xml.child(layer, "source")
        .map(source -> DomainXml.location(Xml.attribute(layer, "type", "file"), source));
  }
}
