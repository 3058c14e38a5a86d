package dev.virtferry.libvirt.xml;

import dev.virtferry.libvirt.NamedFile;
import dev.virtferry.libvirt.NamedFile.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.w3c.dom.Element;

/**
 * Reads what a guest opens for writing or binds besides its disks: NVRAM, files and sockets of
 * consoles and channels, their logs, sockets of graphics and of network devices, shared and
 * persistent memory, folders that it shares with its host; and with them {@link FilesAlongside}.
 * What it only reads, such as a kernel, or connects to is marked so, and what a server has belongs
 * to it, also beneath the images of disks. What is handed on to QEMU unread is not among it.
 */
public final class OpenedFiles {

  /** Where libvirt puts what it names itself ({@code qemuDomainNVRAMPathFormat}). */
  private static final String NVRAM = "/var/lib/libvirt/qemu/nvram/";

  /** What may be opened by everybody at a time. */
  static final String NOTHING = "/dev/null";

  private final Set<NamedFile> found = new LinkedHashSet<>();

  private OpenedFiles() {}

  /**
   * Each once, in the order of the definition: the first console is the first serial device, which
   * libvirt shows twice.
   *
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  public static List<NamedFile> in(String xml) {
    Element root = Xml.parse(xml);
    var files = new OpenedFiles();
    Xml.child(root, "os").ifPresent(files::readFirmware);
    Xml.children(root, "sysinfo").forEach(files::readEntries);
    files.found.addAll(impliedNvram(root));
    Xml.child(root, "devices").map(Xml::children).orElse(List.of()).forEach(files::readDevice);
    return List.copyOf(files.found);
  }

  /**
   * With the images of its disks: those of a definition for the next start need not be those that
   * the guest has now.
   *
   * @throws IllegalArgumentException when the text is no document of libvirt's
   */
  public static List<NamedFile> atTheNextStart(String xml) {
    var files = new OpenedFiles();
    files.found.addAll(in(xml));
    Xml.child(Xml.parse(xml), "devices").map(Xml::children).orElse(List.of()).stream()
        .filter(device -> device.getTagName().equals("disk"))
        .flatMap(disk -> DiskSources.placed(disk).stream())
        .forEach(files.found::add);
    return List.copyOf(files.found);
  }

  /** The NVRAM that libvirt will name after a domain whose definition leaves it all to libvirt. */
  static List<NamedFile> impliedNvram(Element root) {
    return Xml.child(root, "os")
        .filter(os -> os.getAttribute("firmware").equals("efi"))
        .filter(os -> Xml.child(os, "nvram").isEmpty())
        .filter(os -> !isStateless(os))
        .flatMap(_ -> Xml.text(root, "name"))
        .map(name -> NVRAM + name + "_VARS.fd")
        .stream()
        .flatMap(path -> Stream.concat(Stream.of(path), FilesAlongside.OF_NVRAM.paths(path)))
        .map(path -> new NamedFile("os/nvram", "file", Kind.PATH, path))
        .toList();
  }

  private static boolean isStateless(Element os) {
    return Xml.child(os, "loader")
        .filter(loader -> loader.getAttribute("stateless").equals("yes"))
        .isPresent();
  }

  /** Memory that guests of a host share by its name; none where a server hands it out. */
  static Optional<NamedFile> sharedMemory(Element device) {
    return device.getTagName().equals("shmem") && Xml.child(device, "server").isEmpty()
        ? Optional.of(
            new NamedFile(
                "devices/shmem", "", Kind.PATH, "/dev/shm/" + device.getAttribute("name")))
        : Optional.empty();
  }

  /** A network device of the host that one guest alone can have, as the kernel names it. */
  static Optional<NamedFile> networkDevice(Element device) {
    String type = device.getTagName().equals("interface") ? device.getAttribute("type") : "";
    Optional<Element> named =
        switch (type) {
          case "ethernet" ->
              Xml.child(device, "target").filter(t -> t.getAttribute("managed").equals("no"));
          case "direct" ->
              Xml.child(device, "source").filter(s -> s.getAttribute("mode").equals("passthrough"));
          default -> Optional.empty();
        };
    return named.map(of ->
        new NamedFile(
            "devices/interface", type, Kind.PATH, "/sys/class/net/" + of.getAttribute("dev")));
  }

  private void readFirmware(Element os) {
    Xml.child(os, "loader")
        .ifPresent(
            loader -> add("os/loader", "file", loader.getTextContent(), !isWrittenLoader(loader)));
    for (String tag : List.of("kernel", "initrd", "dtb")) {
      Xml.child(os, tag).ifPresent(file -> read("os/" + tag, file.getTextContent()));
    }
    Xml.children(os, "acpi").stream()
        .flatMap(acpi -> Xml.children(acpi, "table").stream())
        .forEach(table -> read("os/acpi/table", table.getTextContent()));
    readVariables(os);
  }

  private void readVariables(Element os) {
    for (Element variables : Xml.children(os, "varstore")) {
      addAll(variables, "os/varstore", "file", variables.getAttribute("path"));
    }
    for (Element nvram : Xml.children(os, "nvram")) {
      addAll(
          nvram, "os/nvram", "file", Xml.children(nvram).isEmpty() ? nvram.getTextContent() : "");
      for (Element source : Xml.children(nvram, "source")) {
        addAll(source, "os/nvram", "file", source.getAttribute("file"));
        add("os/nvram", "block", source.getAttribute("dev"));
      }
    }
  }

  static boolean isWrittenLoader(Element loader) {
    return loader.getAttribute("type").equals("pflash")
        && !loader.getAttribute("readonly").equals("yes");
  }

  private void readEntries(Element sysinfo) {
    Xml.children(sysinfo, "entry").forEach(entry -> read("sysinfo", entry.getAttribute("file")));
  }

  private void readDevice(Element device) {
    String tag = device.getTagName();
    String place = "devices/" + tag;
    if (FilesAlongside.CHARACTERS.contains(tag)) {
      readCharacters(device, place);
    }
    Xml.child(device, "rom").ifPresent(rom -> read(place + "/rom", rom.getAttribute("file")));
    switch (tag) {
      case "rng" ->
          Xml.children(device, "backend")
              .forEach(backend -> {
                readCharacters(backend, place);
                read(place, Xml.children(backend).isEmpty() ? backend.getTextContent() : "");
              });
      case "graphics" -> readGraphics(device, place);
      case "interface" -> readInterface(device, place);
      case "memory" -> readMemory(device, place);
      case "tpm" -> readTpm(device, place);
      case "pstore" -> add(place, "file", Xml.path(device).orElse(""));
      case "audio" -> readSound(device, place);
      case "input" -> readInput(device, place);
      case "shmem" -> sharedMemory(device).ifPresent(found::add);
      case "filesystem" -> readFolder(device, place);
      case "disk" -> found.addAll(DiskSources.served(device));
      default -> {
        // Other devices open nothing of their own.
      }
    }
  }

  /** What the guest is given of the host's files, or the image or device that they are in. */
  private void readFolder(Element device, String place) {
    if (Xml.child(device, "readonly").isEmpty()) {
      for (Element source : Xml.children(device, "source")) {
        add(place, "mount", source.getAttribute("dir"));
        add(place, "file", source.getAttribute("file"));
        add(place, "block", source.getAttribute("dev"));
        // Who listens there gives a folder to one guest.
        add(place, "unix", source.getAttribute("socket"));
      }
    }
  }

  private void readCharacters(Element device, String place) {
    String type = device.getAttribute("type");
    for (Element source : Xml.children(device, "source")) {
      addAll(source, place, type, opens(type, source) ? source.getAttribute("path") : "");
      if (source.getAttribute("mode").equals("connect")) {
        read(place, source.getAttribute("path"));
      }
    }
    Xml.child(device, "log")
        .ifPresent(log -> addAll(log, place + "/log", "file", log.getAttribute("file")));
  }

  private static boolean opens(String type, Element source) {
    return switch (type) {
      case "file", "dev", "pipe" -> true;
      case "unix" -> source.getAttribute("mode").equals("bind");
      default -> false;
    };
  }

  private void readGraphics(Element graphics, String place) {
    add(place, "unix", graphics.getAttribute("socket"));
    Xml.children(graphics, "listen")
        .forEach(listen -> add(place, "unix", listen.getAttribute("socket")));
  }

  private void readSound(Element audio, String place) {
    add(place, "file", audio.getAttribute("path"));
    for (String direction : List.of("input", "output")) {
      Xml.child(audio, direction)
          .ifPresent(device -> add(place, "dev", device.getAttribute("dev")));
    }
  }

  private void readInput(Element input, String place) {
    for (Element source : Xml.children(input, "source")) {
      add(place, "dev", source.getAttribute("dev"));
      add(place, "dev", source.getAttribute("evdev"));
    }
  }

  private void readInterface(Element device, String place) {
    networkDevice(device).ifPresent(found::add);
    if (device.getAttribute("type").equals("vdpa")) {
      Xml.child(device, "source").ifPresent(s -> add(place, "dev", s.getAttribute("dev")));
    }
    Xml.child(device, "source")
        .filter(source -> source.getAttribute("mode").equals("server"))
        .ifPresent(source -> add(place, "unix", source.getAttribute("path")));
    Xml.child(device, "backend")
        .ifPresent(backend -> add(place + "/log", "file", backend.getAttribute("logFile")));
  }

  private void readMemory(Element memory, String place) {
    boolean readOnly =
        Xml.child(memory, "target").flatMap(target -> Xml.child(target, "readonly")).isPresent();
    if (!readOnly) {
      Xml.child(memory, "source").flatMap(Xml::path).ifPresent(path -> add(place, "file", path));
    }
  }

  /**
   * An emulator's state lies under the domain's UUID unless the definition names it. Who connects
   * to one that runs by itself writes the state of its own guest into it.
   */
  private void readTpm(Element tpm, String place) {
    for (Element backend : Xml.children(tpm, "backend")) {
      Xml.child(backend, "device").ifPresent(d -> add(place, "dev", d.getAttribute("path")));
      Optional<String> named =
          Xml.child(backend, "source").map(source -> source.getAttribute("path"));
      switch (backend.getAttribute("type")) {
        case "emulator" -> named.ifPresent(path -> add(place, "file", path));
        case "external" -> named.ifPresent(path -> add(place, "unix", path));
        default -> {
          // A device has no source.
        }
      }
    }
  }

  /** What an element names, and what is opened or replaced with it. */
  private void addAll(Element named, String place, String type, String written) {
    add(place, type, written);
    FilesAlongside.of(named).paths(written).forEach(path -> add(place, type, path));
  }

  private void add(String place, String type, String written) {
    add(place, type, written, false);
  }

  private void read(String place, String written) {
    add(place, "", written, true);
  }

  private void add(String place, String type, String written, boolean readOnly) {
    String path = Xml.absolute(written);
    boolean known =
        found.stream().anyMatch(file -> file.name().equals(path) && (readOnly || !file.readOnly()));
    if (path.startsWith("/") && !path.equals(NOTHING) && !known) {
      found.add(new NamedFile(place, type, Kind.PATH, path, "", readOnly));
    }
  }
}
