package dev.virtferry.lab;

import static dev.virtferry.lab.HandsStage.DESTINATION;
import static dev.virtferry.lab.HandsStage.SOURCE;
import static org.awaitility.Awaitility.await;

import dev.virtferry.lab.HandsJudge.Facts;
import dev.virtferry.lab.HandsStage.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;

/** One hand that comes into one migration, and what became of it. */
final class Intrusion {

  private static final String SLOW = "8mbit";
  private static final Duration PATIENCE = Duration.ofSeconds(75);
  private static final Duration PATIENCE_AFTER_ADVICE = Duration.ofSeconds(45);

  /** Long enough for several looks of the service. */
  private static final Duration SOME_LOOKS = Duration.ofMillis(1500);

  /** A pause that had to wait takes effect when the next phase begins. */
  private static final Set<String> COPYING = Set.of("STORAGE", "MEMORY");

  private final HandsStage stage;
  private final Hand hand;
  private final Spot spot;
  private final String guest;
  private final List<String> lies = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  Intrusion(HandsStage stage, Hand hand, Spot spot) {
    this.stage = stage;
    this.hand = hand;
    this.spot = spot;
    guest = stage.guest(hand);
  }

  /**
   * How it went.
   *
   * @param answer what libvirt said to the hand
   * @param end how the service says that it ended, with the troubles on the way
   * @param notes what the hosts showed, and what else is good to know
   * @param lies what was not true; empty when all was
   */
  record Ending(
      Hand hand, Spot spot, String answer, String end, List<String> notes, List<String> lies) {

    @Override
    public String toString() {
      return "%s, %s: %s; %s%n    %s%s"
          .formatted(
              hand.title(),
              spot.title(),
              answer,
              end,
              String.join("\n    ", notes),
              lies.isEmpty() ? "" : "\n    UNTRUE: " + String.join(" | ", lies));
    }
  }

  /** What goes wrong on the way is a lie too. */
  Ending happen() {
    String id = "";
    String answer = "?";
    try {
      id = begin();
      answer = comeIn(id).toString();
      look("then", migration(id));
      lease(id);
      letGo(id);
      String end = awaitOutcome(id);
      return new Ending(hand, spot, answer, end, notes, lies);
    } catch (RuntimeException | AssertionError e) {
      lies.add("broken off: " + e);
      return new Ending(hand, spot, answer, "?", notes, lies);
    } finally {
      tidy(id);
    }
  }

  /** Brings a migration into its phase, which the slow link holds open. */
  private String begin() {
    stage.everyLinkIsNormal();
    boolean storage = spot.phase().equals("STORAGE");
    if (storage) {
      stage.lab().link(SOURCE, "slow", SLOW);
    }
    String id = stage.service().migrate(request(storage ? 0 : 10));
    if (storage) {
      stage.service().awaitPhase(id, "STORAGE");
      await().atMost(PATIENCE).until(this::copies);
    } else {
      stage.service().awaitPhase(id, "MEMORY");
      stage.lab().link(SOURCE, "slow", SLOW);
    }
    if (spot.phase().equals("POST_COPY")) {
      accepted(202, stage.service().post(path(id) + "/complete", "{\"by\":\"POST_COPY\"}"));
      stage.service().awaitPhase(id, "POST_COPY");
      await().atMost(PATIENCE).until(this::runsInPostCopy);
    }
    return id;
  }

  private String request(int bandwidth) {
    List<String> options = new ArrayList<>();
    if (bandwidth > 0) {
      options.add("\"bandwidthMiBps\":" + bandwidth);
    }
    if (spot.phase().equals("POST_COPY")) {
      options.add("\"postCopy\":true");
    }
    return "{\"domain\":\"%s\",\"destUri\":\"%s\",\"disks\":[\"vda\"],\"options\":{%s}}"
        .formatted(guest, stage.lab().peer(DESTINATION), String.join(",", options));
  }

  private boolean copies() {
    return stage
            .lab()
            .on(SOURCE, "sh", "-c", "virsh blockjob %s vda --info --raw 2>&1 || :".formatted(guest))
            .contains("end=")
        && condition(DESTINATION).startsWith("paused");
  }

  private boolean runsInPostCopy() {
    return condition(DESTINATION).equals("running (post-copy)");
  }

  private Answer comeIn(String id) {
    look("before", migration(id));
    return stage.does(hand, spot.atSource() ? SOURCE : DESTINATION, guest);
  }

  /** A guest that others suspended is steered and called back like any other. */
  private void lease(String id) {
    if (!hand.suspends() || !copiesStill()) {
      return;
    }
    if (condition(SOURCE).startsWith("paused")) {
      isStillCopied(id);
    }
    accepted(200, stage.service().patch(path(id), "{\"options\":{\"maxDowntimeMillis\":400}}"));
    if (hand == Hand.SUSPEND_AND_CANCEL) {
      accepted(202, stage.service().post(path(id) + "/cancel", ""));
    } else if (hand == Hand.SUSPEND_AND_COMPLETE) {
      accepted(202, stage.service().post(path(id) + "/complete", "{\"by\":\"SUSPEND\"}"));
    }
  }

  private void isStillCopied(String id) {
    try {
      await()
          .during(SOME_LOOKS)
          .atMost(SOME_LOOKS.multipliedBy(3))
          .until(() -> COPYING.contains(migration(id).get("phase").asString("")));
    } catch (ConditionTimeoutException e) {
      lies.add("suspended while it is copied, but said to be " + standing(migration(id)));
    }
  }

  private boolean copiesStill() {
    return !spot.phase().equals("POST_COPY") && condition(DESTINATION).startsWith("paused");
  }

  private void accepted(int status, Service.Answer answer) {
    if (answer.status() != status) {
      lies.add(
          String.format(
              Locale.ROOT,
              "answered %d: %s",
              answer.status(),
              answer.body().path("detail").asString("")));
    }
  }

  private void letGo(String id) {
    if (hand == Hand.SUSPEND_AND_CANCEL) {
      awaitThat(id, Service::ended, Duration.ofSeconds(10));
    }
    stage.everyLinkIsNormal();
    stage.service().patch(path(id), "{\"options\":{\"bandwidthMiBps\":1000}}");
  }

  private String awaitOutcome(String id) {
    JsonNode seen = awaitThat(id, m -> Service.ended(m) || isTroubled(m), PATIENCE);
    String end = standing(seen);
    judge(seen);
    if (!Service.ended(seen)) {
      if (seen.get("state").asString().equals("MIGRATING")) {
        lies.add("it does not end, and does not ask for help");
      }
      end += ", then " + followed(id, seen);
    }
    if (hand == Hand.SUSPEND_AND_CANCEL && lies.isEmpty() && !end.startsWith("CANCELLED")) {
      lies.add("it was not cancelled");
    }
    judgeGuest();
    return end;
  }

  private void judge(JsonNode seen) {
    look("end", seen);
    Facts facts = facts(seen);
    notes.add(
        "events: source %s, destination %s".formatted(facts.atSource(), facts.atDestination()));
    lies.addAll(HandsJudge.lies(facts));
    if (!Service.ended(seen) && facts.halfIsLost()) {
      accepted(409, stage.service().post(path(id(seen)) + "/resume-post-copy", ""));
    }
  }

  private Facts facts(JsonNode seen) {
    return new Facts(
        seen,
        condition(SOURCE),
        condition(DESTINATION),
        stage.events(SOURCE, guest),
        stage.events(DESTINATION, guest),
        HandsStage.image(guest),
        place -> stage.exists(place.split(":", 2)[0], place.split(":", 2)[1]));
  }

  private static String id(JsonNode migration) {
    return migration.get("id").asString();
  }

  /** What an operator does who reads the advice and follows it to the letter. */
  private String followed(String id, JsonNode seen) {
    String advice = seen.path("attention").path("advice").asString("").toLowerCase(Locale.ROOT);
    boolean done = follow(id, advice);
    boolean byHand = advice.contains("resolve");
    Duration patience = done && !byHand ? PATIENCE_AFTER_ADVICE : Duration.ofSeconds(3);
    JsonNode then = awaitThat(id, Service::ended, patience);
    if (!Service.ended(then) && byHand) {
      resolve(id);
      then = migration(id);
    }
    if (!Service.ended(then)) {
      lies.add("the advice does not end it: " + advice);
      resolve(id);
      then = migration(id);
    }
    look("after the advice", then);
    lies.addAll(
        standing(then).contains("resolved-by-hand")
            ? HandsJudge.liesAfterAPerson(facts(then))
            : HandsJudge.lies(facts(then)));
    return standing(then);
  }

  /** Does what the advice names; false where it names nothing that can be done to a host. */
  private boolean follow(String id, String advice) {
    boolean done = false;
    if (advice.contains("destroy the source's")) {
      done |= stage.lab().succeedsOn(SOURCE, "virsh", "destroy", guest);
    }
    if (advice.contains("destroy the destination's copy") || advice.contains("destroy the other")) {
      done |= stage.lab().succeedsOn(DESTINATION, "virsh", "destroy", guest);
      stage.lab().succeedsOn(DESTINATION, "virsh", "undefine", guest);
    }
    if (advice.contains("destroy what is left at the destination")) {
      done |= stage.lab().succeedsOn(DESTINATION, "virsh", "destroy", guest);
    }
    if (advice.contains("restart the source's libvirtd")
        || advice.contains("restart libvirtd at the source")) {
      stage.restartDaemon(SOURCE);
      done = true;
    }
    if (advice.contains("resume the domain on the source")) {
      done |= stage.lab().succeedsOn(SOURCE, "virsh", "resume", guest);
    }
    if (advice.contains("resume the domain on the destination")) {
      done |= stage.lab().succeedsOn(DESTINATION, "virsh", "resume", guest);
    }
    if (advice.contains("post to resume-post-copy")) {
      stage.service().post(path(id) + "/resume-post-copy", "");
      done = true;
    }
    return done;
  }

  private boolean resolve(String id) {
    return stage
            .service()
            .post(path(id) + "/resolve", "{\"reason\":\"Both hosts were looked at.\"}")
            .status()
        == 200;
  }

  /** A guest that runs counts on. */
  private void judgeGuest() {
    for (String host : HandsStage.HOSTS) {
      String condition = condition(host);
      if (condition.startsWith("running") && HandsJudge.isWhole(condition) && !counts(host)) {
        lies.add("the guest does not count on " + host);
      }
    }
  }

  private boolean counts(String host) {
    String last = "/var/log/libvirt/%s.console".formatted(guest);
    String before = stage.lab().on(host, "sh", "-c", "tail -n 1 %s || :".formatted(last));
    try {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() ->
              !stage
                  .lab()
                  .on(host, "sh", "-c", "tail -n 1 %s || :".formatted(last))
                  .equals(before));
      return true;
    } catch (ConditionTimeoutException e) {
      return isGoneNow(host);
    }
  }

  /** What waited in libvirt may have come true meanwhile. */
  private boolean isGoneNow(String host) {
    return !condition(host).startsWith("running");
  }

  private JsonNode awaitThat(String id, Predicate<JsonNode> condition, Duration patience) {
    try {
      return await()
          .atMost(patience)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> migration(id), condition);
    } catch (ConditionTimeoutException e) {
      return migration(id);
    }
  }

  /** In a trouble that stays. */
  private static boolean isTroubled(JsonNode migration) {
    JsonNode since = migration.path("attention").path("since");
    int stays = migration.get("state").asString().equals("NEEDS_ATTENTION") ? 8 : 40;
    return !since.asString("").isEmpty()
        && Instant.now().isAfter(Instant.parse(since.asString()).plusSeconds(stays));
  }

  private void look(String when, JsonNode migration) {
    notes.add(
        "%s: source %s, destination %s; %s"
            .formatted(when, condition(SOURCE), condition(DESTINATION), told(migration)));
  }

  private static String told(JsonNode migration) {
    String attention = migration.path("attention").path("reason").asString("");
    String advice = migration.path("attention").path("advice").asString("");
    JsonNode error = migration.path("error");
    return standing(migration)
        + (attention.isEmpty() ? "" : " \"%s %s\"".formatted(attention, advice))
        + (error.isObject()
            ? " " + error.path("detail").asString("") + " " + error.path("libvirt")
            : "");
  }

  private static String standing(JsonNode migration) {
    String phase = migration.path("phase").asString("");
    JsonNode error = migration.path("error");
    return migration.get("state").asString()
        + (Service.ended(migration) || phase.isEmpty() ? "" : " " + phase)
        + " "
        + migration.get("domainLocation").asString()
        + (error.isObject()
            ? " " + error.get("type").asString().replace("urn:virt-ferry:problem:", "")
            : "");
  }

  private String condition(String host) {
    return stage.condition(host, guest);
  }

  private static String path(String id) {
    return "/v1/migrations/" + id;
  }

  private JsonNode migration(String id) {
    return stage.service().migration(id);
  }

  /** Both hosts as they were, and the service free for the next. */
  private void tidy(String id) {
    stage.everyLinkIsNormal();
    if (!id.isEmpty() && !Service.ended(migration(id))) {
      stage.service().post(path(id) + "/cancel", "");
      resolve(id);
    }
    stage.takeAway(guest);
  }
}
