package dev.virtferry.lab;

import static dev.virtferry.lab.HandsStage.DESTINATION;
import static dev.virtferry.lab.HandsStage.SOURCE;

import dev.virtferry.lab.HandsStage.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * Compares what the service says with what both hosts show. It knows libvirt's words and the API's,
 * and nothing of how the service comes to its own.
 */
final class HandsJudge {

  /**
   * What is to be compared.
   *
   * @param exists whether a volume, by {@code host:path}, is there
   */
  record Facts(
      JsonNode migration,
      String source,
      String destination,
      List<Event> atSource,
      List<Event> atDestination,
      String image,
      Predicate<String> exists) {

    String state() {
      return migration.get("state").asString();
    }

    String location() {
      return migration.get("domainLocation").asString();
    }

    /** One of two halves of a guest is lost, and with it the guest. */
    boolean halfIsLost() {
      boolean lostAtSource = isGone(source) && waitsForMemory(destination);
      boolean lostAtDestination = waitsForMemory(source) && isGone(destination);
      return lostAtSource || lostAtDestination;
    }
  }

  private static final Set<String> PLACES =
      Set.of("SOURCE", "DESTINATION", "BOTH", "NEITHER", "UNKNOWN");

  private final Facts facts;
  private final List<String> lies = new ArrayList<>();

  /** The same where a person ended it by hand, who has to answer for the rest. */
  static List<String> liesAfterAPerson(Facts facts) {
    var judge = new HandsJudge(facts);
    judge.judgePlace();
    judge.judgeVolumes();
    return judge.lies;
  }

  private HandsJudge(Facts facts) {
    this.facts = facts;
  }

  /** What is not true of it; empty when all is. */
  static List<String> lies(Facts facts) {
    var judge = new HandsJudge(facts);
    judge.judge();
    return judge.lies;
  }

  static boolean isGone(String condition) {
    return condition.equals("absent")
        || condition.startsWith("shut off")
        || condition.startsWith("in shutdown")
        || condition.startsWith("crashed");
  }

  /** A part of a guest in post-copy, which is no guest without the other part. */
  static boolean waitsForMemory(String condition) {
    return condition.contains("post-copy");
  }

  /** Runs, or could run on from where it is, with all that it needs. */
  static boolean isWhole(String condition) {
    return !isGone(condition) && !waitsForMemory(condition);
  }

  private void judge() {
    if (!PLACES.contains(facts.location())) {
      lie("no place at all");
    }
    if (facts.halfIsLost()) {
      judgeLostHalf();
    }
    switch (facts.state()) {
      case "SUCCEEDED" -> judgeArrival();
      case "FAILED", "CANCELLED" -> judgeStay();
      default -> judgeTrouble();
    }
    judgeVolumes();
  }

  private void judgeArrival() {
    if (!facts.location().equals("DESTINATION")) {
      lie("it arrived at no destination");
    }
    if (!isGone(facts.source())) {
      lie("the source still has it");
    }
    if (!isWhole(facts.destination()) && !stoppedAfterItArrived()) {
      lie("what is at the destination is not a whole guest, or never was");
    }
  }

  private boolean stoppedAfterItArrived() {
    return isGone(facts.destination())
        && facts.atDestination().stream()
            .anyMatch(event -> event.what().equals("Resumed Migrated"));
  }

  private void judgeStay() {
    if (facts.state().equals("FAILED")
        && facts.migration().path("error").path("type").isMissingNode()) {
      lie("it failed without a reason");
    }
    judgeError(facts.migration().path("error").path("type").asString(""));
    switch (facts.location()) {
      case "SOURCE" -> {
        if (!isWhole(facts.source()) && !stoppedAfter(facts.atSource())) {
          lie("the source does not have a guest that is alive");
        }
      }
      case "NEITHER" -> {
        if (isWhole(facts.source()) || isWhole(facts.destination())) {
          lie("a host has it");
        }
      }
      default -> lie("a strange place for a guest that did not move");
    }
    if (isWhole(facts.destination())) {
      lie("the destination has it");
    }
  }

  /** Problems that say what a host has. */
  private void judgeError(String type) {
    boolean fits =
        !(type.endsWith(":domain-not-found") && !facts.source().equals("absent"))
            && !(type.endsWith(":destination-conflict") && facts.destination().equals("absent"))
            && !(type.endsWith(":domain-not-running") && runs(facts.source()));
    if (!fits) {
      lie("the error does not fit: " + type);
    }
  }

  /** Something that waited for the migration's end in libvirt came true then. */
  private boolean stoppedAfter(List<Event> events) {
    Instant end = Instant.parse(facts.migration().get("endedAt").asString());
    return events.stream()
        .anyMatch(event -> event.what().startsWith("Stopped") && !event.at().isBefore(end));
  }

  private void judgeTrouble() {
    String reason = facts.migration().path("attention").path("reason").asString("");
    String advice = facts.migration().path("attention").path("advice").asString("");
    if (reason.isEmpty() || advice.isEmpty()) {
      lie("it neither ends nor says why");
    }
    judgePlace();
    judgeWords(reason);
  }

  /** A host is named only where it has what runs or could run. */
  private void judgePlace() {
    boolean here = isWhole(facts.source());
    boolean there = isWhole(facts.destination());
    boolean fits =
        switch (facts.location()) {
          case "SOURCE" -> here;
          case "DESTINATION" -> there;
          case "BOTH" -> !isGone(facts.source()) && !isGone(facts.destination());
          case "NEITHER" ->
              !(here && runs(facts.source())) && !(there && runs(facts.destination()));
          default -> true;
        };
    if (!fits) {
      lie("a strange place for what the hosts have");
    }
  }

  private void judgeLostHalf() {
    if (!facts.state().equals("NEEDS_ATTENTION") || !facts.location().equals("NEITHER")) {
      lie("half of the guest is lost");
    }
  }

  /** Words that can be held against what the hosts show. */
  private void judgeWords(String reason) {
    boolean here = !isGone(facts.source());
    boolean there = !isGone(facts.destination());
    boolean fits =
        !(reason.contains("runs on both") && !(runs(facts.source()) && runs(facts.destination())))
            && !(reason.contains("Neither host has the domain") && (here || there))
            && !(reason.contains("Both hosts hold") && !(here && there))
            && !(reason.contains("paused on both") && !(here && there))
            && !(reason.contains("has nothing of it") && there)
            && !(reason.contains("may be frozen") && !here);
    if (!fits) {
      lie("the reason does not fit: " + reason);
    }
  }

  private static boolean runs(String condition) {
    return condition.startsWith("running");
  }

  private void judgeVolumes() {
    if (!facts.exists().test(SOURCE + ":" + facts.image())) {
      lie("the source's image is gone");
    }
    if (facts.state().equals("SUCCEEDED")
        && !facts.exists().test(DESTINATION + ":" + facts.image())) {
      lie("the destination has no image");
    }
    for (JsonNode volume : facts.migration().path("cleanup")) {
      String place = volume.get("host").asString() + ":" + volume.get("volume").asString();
      if (volume.get("state").asString().equals("DELETED") && facts.exists().test(place)) {
        lie("said to be deleted, and there: " + place);
      }
    }
  }

  private void lie(String what) {
    lies.add(what);
  }
}
