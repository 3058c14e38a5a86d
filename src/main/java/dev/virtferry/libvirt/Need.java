package dev.virtferry.libvirt;

import java.util.Set;

/**
 * Something that a definition has of its host, besides disks, machine and CPU. Without it at the
 * destination the domain does not start there, and libvirt tells so only when it tries.
 */
public sealed interface Need {

  /** The elements that name it, without the root, such as devices/tpm. */
  String place();

  /**
   * A secret that libvirt keeps, which opens an image or the state of a TPM.
   *
   * @param key its UUID, or its usage where the definition has that
   */
  record Secret(String place, String key) implements Need {}

  /** A network of libvirt's, which has to be active. */
  record Network(String place, String name) implements Need {}

  /** A filter of packets that libvirt keeps ({@code <filterref>}). */
  record PacketFilter(String place, String name) implements Need {}

  /** A device of the host's network: a bridge, or the card beneath a macvtap. */
  record Link(String place, String name) implements Need {}

  /**
   * The program that emulates a TPM ({@code swtpm}).
   *
   * @param version of the TPM, such as 2.0; empty where libvirt chooses it
   */
  record TpmEmulator(String place, String version) implements Need {}

  /**
   * A place in the host's network at which QEMU listens.
   *
   * @param address as it is written; empty for every address of the host
   * @param port 0 where libvirt finds a free one
   */
  record Listener(String place, String address, int port) implements Need {

    /** The {@link #place} of VNC, SPICE and the like. */
    public static final String GRAPHICS = "devices/graphics";

    private static final Set<String> ANYWHERE =
        Set.of("", "0.0.0.0", "::", "127.0.0.1", "::1", "localhost");

    /** Whether every host has its address. */
    public boolean isAnywhere() {
      return ANYWHERE.contains(address);
    }

    /**
     * Whether the host can't have both. Of the ports of graphics libvirt keeps one list, whatever
     * their addresses ({@code virPortAllocatorSetUsed}).
     */
    public boolean bars(Listener other) {
      boolean graphics = place.equals(GRAPHICS) && other.place.equals(GRAPHICS);
      return port > 0
          && port == other.port
          && (graphics
              || address.equals(other.address)
              || covers(address, other.address)
              || covers(other.address, address));
    }

    private static boolean covers(String all, String one) {
      return switch (all) {
        case "0.0.0.0" -> one.contains(".");
        case "::" -> one.contains(":");
        default -> false;
      };
    }
  }

  /** A path of the host. */
  record HostFile(String place, String path, Kind kind) implements Need {

    /** Whether it is firmware; libvirt lists what it knows of that. */
    public boolean isLoader() {
      return place.equals("os/loader");
    }

    /** What has to be there. */
    public enum Kind {
      /** A file that QEMU or libvirt reads. */
      FILE,
      /** A socket, a FIFO, a device, or what else no pool shows. */
      SPECIAL,
      /** A folder, in which QEMU or libvirt makes a file. */
      FOLDER
    }
  }
}
