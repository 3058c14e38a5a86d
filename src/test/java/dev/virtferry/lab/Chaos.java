package dev.virtferry.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Breaks migrations, one after the other, and compares what the service says in the end with what
 * both hosts show.
 */
final class Chaos {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /** libvirt's keepalive may have to find out first. */
  private static final Duration PATIENCE_FOR_A_LOST_HOST = Duration.ofMinutes(5);

  private static final Set<Fault> LOST_HOST =
      EnumSet.of(Fault.SOURCE_HOST_LOST, Fault.DESTINATION_HOST_LOST);

  private static final Set<Fault> DEADLY_AT_SOURCE =
      EnumSet.of(Fault.SOURCE_GUEST_KILLED, Fault.SOURCE_HOST_LOST, Fault.POWERED_OFF_BY_ITSELF);

  private static final Set<Fault> DEADLY_AT_DESTINATION =
      EnumSet.of(
          Fault.DESTINATION_GUEST_KILLED, Fault.DESTINATION_HOST_LOST, Fault.POWERED_OFF_BY_ITSELF);

  private final Arena arena;
  private boolean guestIsFresh;

  Chaos(Arena arena) {
    this.arena = arena;
  }

  /**
   * How one migration ended.
   *
   * @param seen the state and phase in which the fault found it
   * @param end the state that it ended in, after {@code NEEDS_ATTENTION} where a person had to help
   * @param millis from the end of the fault to the truth
   * @param lies what was not as it should be; empty for a truthful end
   */
  record Outcome(Trouble trouble, String seen, String end, long millis, List<String> lies) {

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s: seen %s, ended %s after %.1f s%s",
          trouble,
          seen,
          end,
          millis / 1000.0,
          lies.isEmpty() ? "" : " UNTRUE: " + String.join(" | ", lies));
    }
  }

  /**
   * Lets one trouble happen; once more where the guest's own kernel went down on the way, as that
   * says nothing of the migration.
   */
  Outcome run(Trouble trouble) {
    Outcome outcome = attempt(trouble);
    if (outcome.lies().isEmpty() || Arena.HOSTS.stream().noneMatch(this::kernelIsDead)) {
      return outcome;
    }
    System.out.printf("  (the guest's kernel panicked or hangs; once more: %s)%n", outcome);
    guestIsFresh = false;
    return attempt(trouble);
  }

  private boolean kernelIsDead(String host) {
    return arena.panicked(host) || arena.spins(host);
  }

  /** What goes wrong on the way is a lie of the outcome too. */
  private Outcome attempt(Trouble trouble) {
    try {
      arena.keepDataFor(trouble.fault());
      if (!guestIsFresh) {
        arena.startGuest();
        guestIsFresh = true;
      }
      Outcome outcome = happen(trouble);
      guestIsFresh = outcome.lies().isEmpty() && !arena.runningOn().isEmpty();
      return outcome;
    } catch (RuntimeException | AssertionError e) {
      guestIsFresh = false;
      List<String> lies = new ArrayList<>(List.of("broken off: " + e));
      Arena.HOSTS.forEach(host -> lies.add(arena.evidence(host)));
      return new Outcome(trouble, "?", "?", 0, lies);
    }
  }

  private Outcome happen(Trouble trouble) {
    Lab lab = arena.lab();
    String source = arena.runningOn();
    String destination = Arena.other(source);
    lab.link(source, "slow", "30mbit");
    int calls = arena.calls(source);
    long tick = lab.tick(Arena.GUEST, source);
    String id =
        arena.service().migrate(request(destination, options(trouble), arena.receiver().address()));
    var scene = new Scene(arena, source, destination, id, trouble);
    trouble.moment().await(scene);
    Arena.pause(trouble.moment().millis(trouble.delay()));
    String seen = standing(arena.service().migration(id));
    trouble.fault().happen(scene);
    trouble.moment().release(scene);
    Instant over = Instant.now();
    lab.link(source, "normal");
    JsonNode truth = scene.awaitTruth(patience(trouble));
    long millis = Duration.between(over, Instant.now()).toMillis();
    lab.on(destination, "rm", "-f", Arena.FILLER);

    List<String> lies = new ArrayList<>();
    String end = truth.get("state").asString();
    if (end.equals("NEEDS_ATTENTION")) {
      judgeContradiction(scene, truth, lies);
      judgeCalls(source, calls, lies);
      actOn(scene, truth, lies);
      truth = scene.awaitEnd(Duration.ofMinutes(1));
      end += ", " + truth.get("state").asString();
    }
    if (end.equals("RECOVERING") && arena.jobRuns(source)) {
      System.out.printf("  (advice: %s)%n", truth.get("attention"));
      restartDaemon(scene);
      truth = scene.awaitEnd(Duration.ofMinutes(1));
      end += ", " + truth.get("state").asString();
    }
    if (trouble.fault() == Fault.SUSPENDED_BY_OTHERS) {
      letGoOn();
    }
    judge(scene, truth, lies);
    if (trouble.fault() == Fault.TARPIT_RECEIVER && !arena.receiver().hears(id, truth)) {
      lies.add("its end was not told: " + arena.receiver().told(id));
    }
    if (panicked(scene, truth.get("state").asString().equals("SUCCEEDED"))) {
      end += ", then the guest's kernel panicked";
    }
    if (!end.startsWith("NEEDS_ATTENTION")) {
      judgeCalls(source, calls, lies);
    }
    if (lies.isEmpty() && !arena.runningOn().isEmpty()) {
      judgeGuest(tick, lies);
      follow(lies);
    }
    if (!lies.isEmpty()) {
      lies.add(truth.toString());
      lies.add(arena.service().get("/v1/migrations/" + id + "/history").body().toString());
      Arena.HOSTS.forEach(host -> lies.add(arena.evidence(host)));
      // The next one begins anew, whatever this one believes.
      scene.resolve("chaos goes on");
    }
    return new Outcome(trouble, seen, end, millis, lies);
  }

  private static Duration patience(Trouble trouble) {
    return LOST_HOST.contains(trouble.fault()) ? PATIENCE_FOR_A_LOST_HOST : PATIENCE;
  }

  private static String options(Trouble trouble) {
    return trouble.moment().options(trouble.guarded());
  }

  private String request(String destination, String options, String callbackUrl) {
    return "{\"domain\":\"%s\",\"destUri\":\"%s\",\"disks\":[\"vda\"],\"options\":%s,\"callbackUrl\":\"%s\"}"
        .formatted(Arena.GUEST, arena.lab().peer(destination), options, callbackUrl);
  }

  private static String standing(JsonNode migration) {
    return migration.get("state").asString() + " " + migration.get("phase").asString("-");
  }

  /** What the hosts show against where the status says the guest is. */
  private void judge(Scene scene, JsonNode truth, List<String> lies) {
    String source = scene.condition(scene.source());
    String destination = scene.condition(scene.destination());
    String state = truth.get("state").asString();
    String location = truth.get("domainLocation").asString();
    String both =
        "%s %s, source %s, destination %s".formatted(state, location, source, destination);
    boolean arrived = state.equals("SUCCEEDED");
    if (!Service.ended(truth)) {
      lies.add("no end: " + both);
      return;
    }
    String here = arrived ? destination : source;
    String there = arrived ? source : destination;
    boolean dead = mayBeDead(scene, arrived) && here.startsWith("shut off");
    if (!Arena.runs(here, there) && !dead) {
      lies.add("it does not run where it should be: " + both);
    }
    if (!places(truth, arrived, dead).contains(location)) {
      lies.add("a strange place: " + both);
    }
    boolean halves = !arrived && diedInHalves(scene);
    if (halves) {
      judgeHalves(scene, lies);
    } else if (!there.equals("absent")) {
      lies.add("something is left where it is not: " + both);
    }
    if (dead && state.equals("FAILED") && !panicked(scene, arrived) && !halves) {
      judgeDeath(truth, lies);
    }
    judgeVolumes(scene, truth, arrived, here, lies);
  }

  private boolean mayBeDead(Scene scene, boolean arrived) {
    Set<Fault> deadly = arrived ? DEADLY_AT_DESTINATION : DEADLY_AT_SOURCE;
    return deadly.contains(scene.trouble().fault())
        || diedInHalves(scene)
        || panicked(scene, arrived);
  }

  /** In post-copy the death of either half is the guest's. */
  private static boolean diedInHalves(Scene scene) {
    Fault fault = scene.trouble().fault();
    return scene.trouble().moment() == Moment.POST_COPY
        && (DEADLY_AT_SOURCE.contains(fault) || DEADLY_AT_DESTINATION.contains(fault));
  }

  /** A cancel is over when the source goes on; what becomes of the guest then is not told. */
  private static Set<String> places(JsonNode truth, boolean arrived, boolean dead) {
    if (arrived) {
      return Set.of("DESTINATION");
    }
    if (!dead) {
      return Set.of("SOURCE");
    }
    return truth.get("state").asString().equals("CANCELLED")
        ? Set.of("SOURCE", "NEITHER")
        : Set.of("NEITHER");
  }

  private static void judgeDeath(JsonNode truth, List<String> lies) {
    if (!truth.at("/error/type").asString("").endsWith("domain-not-running")) {
      lies.add("its death is not told: " + truth.get("error"));
    }
  }

  /** Whatever can be saved of a guest whose halves are lost is left to its owner. */
  private void judgeHalves(Scene scene, List<String> lies) {
    for (String host : Arena.HOSTS) {
      if (scene.condition(host).equals("absent")) {
        lies.add("it was undefined on " + host);
      }
      if (!arena.images(host).contains(Path.of(Arena.IMAGE).getFileName().toString())) {
        lies.add("its image is gone from " + host);
      }
    }
  }

  private boolean panicked(Scene scene, boolean arrived) {
    return arena.panicked(arrived ? scene.destination() : scene.source());
  }

  private void judgeVolumes(
      Scene scene, JsonNode truth, boolean arrived, String here, List<String> lies) {
    List<String> kept = arena.images(scene.source());
    List<String> made = arena.images(scene.destination());
    if (kept.isEmpty()) {
      lies.add("the source's image is gone");
    }
    if (arrived) {
      if (made.isEmpty()) {
        lies.add("the destination has no image");
      }
      // A migration keeps the source's image, as it was told to; the next one shall make its own.
      arena.lab().on(scene.source(), "rm", "-f", Arena.IMAGE);
    } else if (!made.isEmpty() && here.startsWith("running") && !saidToBeLeft(truth)) {
      lies.add("left at the destination: %s, told as %s".formatted(made, truth.get("cleanup")));
    }
    for (String host : List.of(scene.source(), scene.destination())) {
      if (!arena.foreignIsWhole(host)) {
        lies.add("the foreign volume of %s was touched".formatted(host));
      }
    }
  }

  /** What a destination that ran the guest may have written is for a person to judge. */
  private static boolean saidToBeLeft(JsonNode truth) {
    return truth
        .get("cleanup")
        .get(0)
        .get("reason")
        .asString("")
        .contains("may have run the guest");
  }

  private void judgeContradiction(Scene scene, JsonNode truth, List<String> lies) {
    String source = scene.condition(scene.source());
    String destination = scene.condition(scene.destination());
    boolean here = Arena.runs(source, destination);
    boolean there = Arena.runs(destination, source);
    String expected = here && there ? "BOTH" : here ? "SOURCE" : there ? "DESTINATION" : "NEITHER";
    String location = truth.get("domainLocation").asString();
    if (!location.equals(expected)) {
      lies.add("said %s, but source %s, destination %s".formatted(location, source, destination));
    }
  }

  /** Before anybody acts on advice: a post-copy that is to go on is called until QEMU takes it. */
  private void judgeCalls(String source, int before, List<String> lies) {
    int calls = arena.calls(source) - before;
    if (calls > 1) {
      lies.add("libvirt was called " + calls + " times");
    }
  }

  /** What an operator would do who reads the advice. */
  private void actOn(Scene scene, JsonNode truth, List<String> lies) {
    System.out.printf("  (advice: %s)%n", truth.get("attention"));
    if (scene.lostItsLink()) {
      scene.resumePostCopy();
    } else if (!arena.runningOn().isEmpty()) {
      destroyCopy(scene);
    } else if (scene.trouble().moment() == Moment.POST_COPY) {
      giveUpHalves(scene, lies);
    } else {
      restartDaemon(scene);
    }
  }

  private void destroyCopy(Scene scene) {
    if (arena.runsOn(scene.source())) {
      arena.lab().succeedsOn(scene.destination(), "virsh", "destroy", Arena.GUEST);
      arena.lab().succeedsOn(scene.destination(), "virsh", "undefine", Arena.GUEST);
    }
  }

  private void giveUpHalves(Scene scene, List<String> lies) {
    judgeHalves(scene, lies);
    for (String host : Arena.HOSTS) {
      arena.lab().succeedsOn(host, "virsh", "destroy", Arena.GUEST);
    }
    // libvirt may hold the domain for a job that never ends; the advice says what helps.
    restartDaemon(scene);
    scene.resolve("both halves are lost");
  }

  /** Somebody suspended it, and nobody but its owner resumes it. */
  private void letGoOn() {
    if (arena.runningOn().isEmpty()) {
      Arena.HOSTS.forEach(host -> arena.lab().succeedsOn(host, "virsh", "resume", Arena.GUEST));
    }
  }

  /** libvirt itself does not come to an end of its job; the advice says what helps. */
  private void restartDaemon(Scene scene) {
    arena.lab().daemon(scene.source(), "kill");
    arena.lab().daemon(scene.source(), "start");
  }

  /** The guest went on as if nothing had been, and nothing of the migration is left on it. */
  private void judgeGuest(long tick, List<String> lies) {
    String host = arena.runningOn();
    arena.lab().guest("wait-tick", Arena.GUEST, host, Long.toString(tick));
    if (!arena.lab().guest("digest", Arena.GUEST, "vda", host).equals(arena.content())) {
      lies.add("the disk has another content");
    }
    String jobs =
        arena
            .lab()
            .on(
                host,
                "sh",
                "-c",
                "virsh blockjob %1$s vda --info 2>&1; virsh domjobinfo %1$s"
                    .formatted(Arena.GUEST));
    if (!jobs.contains("No current block job") || !jobs.contains("None")) {
      lies.add("a job is left: " + jobs);
    }
  }

  /** Whatever happened, the next migration of the same guest works. */
  private void follow(List<String> lies) {
    String source = arena.runningOn();
    String id =
        arena.service().migrate(request(Arena.other(source), "{}", arena.receiver().address()));
    JsonNode ended = arena.service().awaitEnd(id);
    if (ended.get("state").asString().equals("FAILED") && arena.removeLeftNodes(source)) {
      System.out.printf("  (a killed daemon left nodes in QEMU: %s)%n", ended.get("error"));
      ended =
          arena
              .service()
              .awaitEnd(
                  arena
                      .service()
                      .migrate(request(Arena.other(source), "{}", arena.receiver().address())));
    }
    if (ended.get("state").asString().equals("SUCCEEDED")) {
      arena.lab().on(source, "rm", "-f", Arena.IMAGE);
    } else {
      lies.add("the next migration did not work: " + ended);
    }
  }
}
