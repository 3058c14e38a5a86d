package dev.virtferry.lab;

import dev.virtferry.definition.Rewrite;
import dev.virtferry.definition.WrittenDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Definitions that a host was given under names and identities of their own, as it writes them now,
 * and what the service tells of them.
 *
 * @param written the host's own text of each, by its file's name
 * @param refused what libvirt said to each that it does not keep, by its file's name
 */
record KeptDefinitions(
    Service service, String host, Map<String, String> written, Map<String, String> refused) {

  static final String FOLDER = "srv/definitions";

  /** As many in one command as take no minute on a busy machine. */
  private static final int AT_ONCE = 200;

  /** Writes down what became of each: the host's own text of it, or why it has none. */
  private static final String DEFINE =
      """
      cd /srv/definitions || exit 1
      for uuid; do
        if virsh -q define "$uuid.xml" >"$uuid.said" 2>&1; then
          virsh dumpxml --inactive "$uuid" >"$uuid.kept" 2>"$uuid.said"
        fi
      done
      """;

  static KeptDefinitions of(Lab lab, Service service, String host, List<Path> files)
      throws IOException {
    Path folder = Path.of(lab.environment().getOrDefault("LAB_DIR", ""), host, "root", FOLDER);
    Files.createDirectories(folder);
    Map<String, String> identities = new TreeMap<>();
    for (Path file : files) {
      String uuid = new UUID(0x5EED, 0x8000_0000_0000_0000L + identities.size()).toString();
      identities.put(file.getFileName().toString(), uuid);
      Files.writeString(folder.resolve(uuid + ".xml"), own(Files.readString(file), uuid));
    }
    define(lab, host, List.copyOf(identities.values()));
    Map<String, String> written = new TreeMap<>();
    Map<String, String> refused = new TreeMap<>();
    for (var one : identities.entrySet()) {
      Path kept = folder.resolve(one.getValue() + ".kept");
      if (Files.exists(kept) && Files.size(kept) > 0) {
        written.put(one.getKey(), Files.readString(kept));
      } else {
        refused.put(one.getKey(), Files.readString(folder.resolve(one.getValue() + ".said")));
      }
    }
    return new KeptDefinitions(service, host, written, refused);
  }

  private static void define(Lab lab, String host, List<String> uuids) {
    for (int from = 0; from < uuids.size(); from += AT_ONCE) {
      List<String> words = new ArrayList<>(List.of("sh", "-c", DEFINE, "define"));
      words.addAll(uuids.subList(from, Math.min(from + AT_ONCE, uuids.size())));
      lab.on(host, words.toArray(String[]::new));
    }
  }

  /** Under a name and an identity that nobody else has. */
  private static String own(String xml, String uuid) {
    String named =
        xml.replaceFirst("<name>[^<]*</name>", "<name>own-" + uuid + "</name>")
            .replaceFirst("<uuid>[^<]*</uuid>", "");
    return named.replaceFirst("</name>", "</name><uuid>" + uuid + "</uuid>");
  }

  int accepted() {
    return written.size();
  }

  /** How many the service tells of. */
  int read() {
    return listed().size();
  }

  private Map<String, JsonNode> listed() {
    Map<String, JsonNode> listed = new HashMap<>();
    service
        .get("/v1/hosts/%s/domains".formatted(host))
        .body()
        .get("items")
        .forEach(domain -> listed.put(domain.get("uuid").asString(), domain));
    return listed;
  }

  /** What is not as it is written, or changes when a disk moves; a line each, with the file. */
  List<String> faults() {
    Map<String, JsonNode> listed = listed();
    List<String> faults = new ArrayList<>();
    written.forEach((file, xml) -> {
      Function<String, String> named = fault -> file + ": " + fault;
      String uuid = uuid(xml);
      Stream.of(
              told(xml, listed.get(uuid), "listed"),
              told(xml, described(uuid), "described"),
              Rewrite.faults(xml))
          .flatMap(List::stream)
          .map(named)
          .forEach(faults::add);
    });
    return faults;
  }

  private static String uuid(String xml) {
    return xml.substring(xml.indexOf("<uuid>") + 6, xml.indexOf("</uuid>"));
  }

  private @Nullable JsonNode described(String uuid) {
    Service.Answer answer = service.get("/v1/hosts/%s/domains/%s".formatted(host, uuid));
    return answer.status() == 200 ? answer.body() : null;
  }

  private static List<String> told(String xml, @Nullable JsonNode domain, String how) {
    if (domain == null) {
      return List.of("is not " + how);
    }
    List<String> said = domain.get("disks").valueStream().map(KeptDefinitions::told).toList();
    List<WrittenDisk> written = WrittenDisk.of(xml);
    List<String> faults = new ArrayList<>();
    if (!said.equals(written.stream().map(WrittenDisk::told).toList())) {
      faults.add("is %s with %s and has %s".formatted(how, said, written));
    }
    for (int i = 0; i < Math.min(said.size(), written.size()); i++) {
      JsonNode disk = domain.get("disks").get(i);
      if (disk.get("copyable").asBoolean() && !written.get(i).isWrittenImage()) {
        faults.add(String.format(Locale.ROOT, "disk %d is %s as copyable: %s", i, how, said));
      }
    }
    return faults;
  }

  private static String told(JsonNode disk) {
    return WrittenDisk.told(
        disk.get("target").asString(),
        disk.get("device").asString(),
        disk.get("bus").asString(),
        orNull(disk.get("source")),
        orNull(disk.get("format")),
        disk.get("readOnly").asBoolean(),
        disk.get("shareable").asBoolean());
  }

  private static @Nullable String orNull(JsonNode text) {
    return text.isNull() ? null : text.asString();
  }
}
