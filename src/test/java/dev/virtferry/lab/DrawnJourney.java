package dev.virtferry.lab;

import dev.virtferry.definition.DrawnDisk;
import dev.virtferry.definition.DrawnGuest;
import dev.virtferry.definition.Stage;
import dev.virtferry.definition.Tree;
import dev.virtferry.definition.WrittenDisk;
import dev.virtferry.lab.Lab.LabFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The way of one drawn guest from kvm-a to kvm-b, by the service and by {@code virsh}. */
final class DrawnJourney {

  private static final JsonMapper JSON = new JsonMapper();

  /** What each start of a domain says anew. */
  private static final Pattern PASSING =
      Pattern.compile("^domain/@id=|/source/@index=|/disk\\[\\w+]/(source|mirror)?/?backingStore");

  private final Lab lab;
  private final Service service;
  private final DrawnGuest guest;

  DrawnJourney(Lab lab, Service service, DrawnGuest guest) {
    this.lab = lab;
    this.service = service;
    this.guest = guest;
  }

  /**
   * What became of it on one way.
   *
   * @param refusal why it was not begun, or ended; null when the guest arrived
   * @param changed what its definitions say otherwise than before, but for copies
   * @param faults what nobody should see
   */
  record Trip(@Nullable String refusal, List<String> changed, List<String> faults) {

    boolean arrived() {
      return refusal == null;
    }
  }

  /** What a host shows of the guest. */
  private record View(Tree live, Tree persistent, String content) {}

  /** Makes its images and starts it where libvirt lets it; else libvirt's words. */
  @Nullable String start() {
    shell("kvm-a", Stage.atSource(guest));
    shell("kvm-b", Stage.atDestination(guest, guest.prepared()));
    try {
      shell("kvm-a", Stage.start(guest, guest.xml(lab.address("kvm-a"))));
      return null;
    } catch (LabFailed e) {
      return words(e);
    }
  }

  /** By the service, which is asked for a plan first. */
  Trip byService() {
    View before = view("kvm-a");
    ObjectNode request = request(guest.prepared());
    JsonNode plan = plan(request);
    if (!plan.get("possible").asBoolean() && !guest.prepared()) {
      shell("kvm-b", Stage.images(guest));
      request = request(true);
      plan = plan(request);
    }
    if (!plan.get("possible").asBoolean()) {
      return new Trip(plan.get("problems").toString(), List.of(), List.of());
    }
    String failure = failure(request);
    return failure == null
        ? arrival(before)
        : new Trip(
            failure,
            List.of(),
            List.of("said possible, and then: %s, %s".formatted(failure, doubts(plan))));
  }

  /** What the plan left open. */
  private static List<String> doubts(JsonNode plan) {
    return plan.get("checks")
        .valueStream()
        .filter(check -> check.get("outcome").asString("").equals("UNKNOWN"))
        .map(JsonNode::toString)
        .toList();
  }

  private @Nullable String failure(ObjectNode request) {
    try {
      JsonNode ended = service.awaitEnd(service.migrate(request.toString()));
      return ended.get("state").asString().equals("SUCCEEDED")
          ? null
          : ended.get("error").toString();
    } catch (AssertionError | ConditionTimeoutException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private JsonNode plan(ObjectNode request) {
    Service.Answer answer = service.post("/v1/migration-plans", request.toString());
    return answer.status() == 200
        ? answer.body()
        : JSON.createObjectNode().put("possible", false).set("problems", answer.body());
  }

  private ObjectNode request(boolean prepared) {
    ObjectNode request = JSON.createObjectNode();
    request.put("domain", guest.uuid().toString()).put("destUri", lab.peer("kvm-b"));
    if (!guest.copied().isEmpty()) {
      guest.copied().forEach(request.putArray("disks")::add);
      request.put("copy", guest.incremental() ? "INCREMENTAL" : "FULL");
    }
    if (prepared || guest.disks().stream().anyMatch(disk -> disk.type().equals("block"))) {
      request.putObject("options").put("overwrite", "ANY");
    }
    List<DrawnDisk> moved =
        guest.disks().stream()
            .filter(disk -> !prepared && disk.isCopied() && disk.moves())
            .toList();
    if (!moved.isEmpty()) {
      ObjectNode volumes = request.putObject("volumes");
      moved.forEach(disk ->
          volumes.putObject(disk.target()).put("pool", "drawn").put("name", disk.newName()));
    }
    return request;
  }

  /** By hand, with images that are there; the guest is started anew on the same ones. */
  Trip byHand() {
    shell("kvm-a", Stage.FORGET);
    shell("kvm-b", Stage.CLEAR);
    shell("kvm-b", Stage.atDestination(guest, true));
    shell("kvm-a", Stage.start(guest, guest.xml(lab.address("kvm-a"))));
    View before = view("kvm-a");
    try {
      shell("kvm-a", Stage.migrate(guest, lab.peer("kvm-b")));
    } catch (LabFailed e) {
      return new Trip(words(e), List.of(), List.of());
    }
    return arrival(before);
  }

  /** No domain, image or server of it is left. */
  void clear() {
    shell("kvm-a", Stage.CLEAR);
    shell("kvm-b", Stage.CLEAR);
  }

  private Trip arrival(View before) {
    View after = view("kvm-b");
    List<String> changed = new ArrayList<>(changes(before.live(), after.live()));
    changed.addAll(changes(before.persistent(), after.persistent()));
    List<String> faults = new ArrayList<>();
    if (!after.content().equals(before.content())) {
      faults.add("its disks had " + before.content() + " and have " + after.content());
    }
    try {
      shell("kvm-b", Stage.coldStart(guest));
    } catch (LabFailed e) {
      faults.add("does not start there: " + words(e));
    }
    return new Trip(null, changed, faults);
  }

  /** Those that are no place of a copy and no chain beneath one. */
  private List<String> changes(Tree before, Tree after) {
    String copies = guest.copied().stream().map(Pattern::quote).collect(Collectors.joining("|"));
    Pattern places =
        Pattern.compile("/disk\\[(%s)]/(@type=|source/@(file|dev|pool|volume)=)".formatted(copies));
    return before.without(PASSING).differences(after.without(PASSING)).stream()
        .filter(line -> copies.isEmpty() || !places.matcher(line).find())
        .toList();
  }

  private View view(String host) {
    String persistent = lab.on(host, "virsh", "dumpxml", "--inactive", guest.uuid().toString());
    String live = lab.on(host, "virsh", "dumpxml", guest.uuid().toString());
    String digests =
        WrittenDisk.of(live).stream()
            .filter(disk -> guest.copied().contains(disk.target()))
            .map(Stage::digest)
            .collect(Collectors.joining());
    return new View(Tree.of(live), Tree.of(persistent), shell(host, digests));
  }

  private String shell(String host, String script) {
    return lab.on(host, "sh", "-euc", script);
  }

  private static String words(LabFailed failure) {
    String said = String.valueOf(failure.getMessage());
    int error = said.indexOf("error:");
    return (error < 0 ? said.substring(said.length() / 2) : said.substring(error))
        .replace('\n', ' ');
  }
}
