package dev.virtferry.lab;

import dev.virtferry.definition.DrawnGuest;
import dev.virtferry.lab.DrawnJourney.Trip;
import dev.virtferry.lab.Lab.LabFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What became of drawn guests, and what of it is wrong. */
final class DrawnVerdicts {

  /** What docs/disks.md says is refused though virsh moves it. */
  private static final Pattern REFUSED_ON_PURPOSE = Pattern.compile("is a slice of");

  private final long seed;
  private final Map<String, Integer> ends = new TreeMap<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private int begun;

  DrawnVerdicts(long seed) {
    this.seed = seed;
  }

  /** Lets it go both ways. One that libvirt does not start is counted, and no more. */
  void judge(DrawnGuest guest, DrawnJourney journey) {
    try {
      compare(guest, journey);
    } catch (LabFailed e) {
      begun++;
      wrong.add("the lab failed: " + e.getMessage() + " | " + guest);
    }
  }

  private void compare(DrawnGuest guest, DrawnJourney journey) {
    String refusal = journey.start();
    if (refusal != null) {
      end("not started by libvirt");
      notes.add("not started: " + refusal + " | " + guest);
      return;
    }
    begun++;
    Trip ours = journey.byService();
    Trip theirs = journey.byHand();
    end(end(ours, theirs));
    faults(ours, theirs).forEach(fault -> wrong.add(fault + " | " + guest));
    if (!ours.arrived() || !theirs.arrived()) {
      notes.add("service: %s, virsh: %s | %s".formatted(ours.refusal(), theirs.refusal(), guest));
    }
  }

  private void end(String how) {
    ends.merge(how, 1, Integer::sum);
  }

  private static String end(Trip ours, Trip theirs) {
    if (ours.arrived()) {
      return theirs.arrived() ? "moved by both" : "moved by the service alone";
    }
    return theirs.arrived() ? "moved by virsh alone" : "moved by neither";
  }

  private static List<String> faults(Trip ours, Trip theirs) {
    List<String> faults = new ArrayList<>(ours.faults());
    String refusal = ours.refusal();
    if (refusal != null
        && theirs.arrived()
        && ours.faults().isEmpty()
        && !REFUSED_ON_PURPOSE.matcher(refusal).find()) {
      faults.add("virsh moves it, and the service says " + refusal);
    }
    ours.changed().stream()
        .filter(change -> !theirs.changed().contains(change))
        .forEach(change -> faults.add("its definition changed: " + change));
    return faults;
  }

  /** How many libvirt started. */
  int begun() {
    return begun;
  }

  /** A line for each fault, with the guest. */
  List<String> wrong() {
    return List.copyOf(wrong);
  }

  String report() {
    var report = new StringBuilder();
    report.append(String.format(Locale.ROOT, "drawn: seed %d, %d guests: %s%n", seed, begun, ends));
    wrong.forEach(line -> report.append("WRONG ").append(line).append('\n'));
    notes.forEach(line -> report.append("      ").append(line).append('\n'));
    return report.toString();
  }
}
