package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.xml.CheckpointXml;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.libvirt.Domain;
import org.libvirt.DomainCheckpoint;
import org.libvirt.LibvirtException;

/** The checkpoints of a domain as one of its hosts keeps them. */
final class DomainCheckpoints {

  /** {@code VIR_DOMAIN_CHECKPOINT_LIST_TOPOLOGICAL}: no child comes before its parent. */
  private static final int TOPOLOGICAL = 1 << 1;

  /** {@code VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN}. */
  private static final int NO_DOMAIN = 1 << 1;

  /** {@code VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE}. */
  private static final int REDEFINE = 1;

  /** {@code VIR_DOMAIN_CHECKPOINT_CREATE_REDEFINE_VALIDATE}: only where QEMU has the bitmaps. */
  private static final int REDEFINE_VALIDATE = 1 << 2;

  /** {@code VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY}. */
  private static final int METADATA_ONLY = 1 << 1;

  /** The first libvirt and QEMU that carry bitmaps with the copies of disks. */
  private static final long LIBVIRT_WITH_BITMAPS = 6_010_000;

  private static final long QEMU_WITH_BITMAPS = 5_002_000;

  private DomainCheckpoints() {}

  /** Whether the bitmaps go with a domain that leaves this host. */
  static boolean travelFrom(PooledConnect connect) throws LibvirtException {
    return connect.getLibVersion() >= LIBVIRT_WITH_BITMAPS
        && connect.getVersion() >= QEMU_WITH_BITMAPS;
  }

  /** All of them, parents first. */
  static List<Checkpoint> of(Domain domain) throws LibvirtException {
    DomainCheckpoint[] found = domain.listAllCheckpoints(TOPOLOGICAL);
    String definition = found.length == 0 ? "" : domain.getXMLDesc(0);
    List<Checkpoint> all = new ArrayList<>();
    each(found, checkpoint -> all.add(read(checkpoint, definition)));
    return all;
  }

  private static Checkpoint read(DomainCheckpoint found, String definition)
      throws LibvirtException {
    return new Checkpoint(
        found.getName(),
        found.getXMLDesc(NO_DOMAIN),
        CheckpointXml.split(found.getXMLDesc(0), definition));
  }

  /** Makes one known whose bitmaps are there; also where it is known already. */
  static void redefine(PooledConnect connect, Domain domain, Checkpoint checkpoint)
      throws LibvirtException {
    boolean validates = connect.getLibVersion() >= LIBVIRT_WITH_BITMAPS;
    domain
        .checkpointCreateXML(checkpoint.xml(), validates ? REDEFINE | REDEFINE_VALIDATE : REDEFINE)
        .free();
  }

  /** Makes those of these names unknown; their bitmaps stay. */
  static void forget(Domain domain, Set<String> names) throws LibvirtException {
    each(
        domain.listAllCheckpoints(TOPOLOGICAL),
        found -> {
          if (names.contains(found.getName())) {
            found.delete(METADATA_ONLY);
          }
        });
  }

  private interface Use {
    void of(DomainCheckpoint checkpoint) throws LibvirtException;
  }

  private static void each(DomainCheckpoint[] all, Use use) throws LibvirtException {
    for (DomainCheckpoint found : all) {
      try {
        use.of(found);
      } finally {
        found.free();
      }
    }
  }
}
