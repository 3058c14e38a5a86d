package dev.virtferry.migration.truth;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.JobReading;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.JobReading.Memory;
import dev.virtferry.migration.Arrival;
import dev.virtferry.migration.AtSource;
import dev.virtferry.migration.Doubt;
import dev.virtferry.migration.Phase;
import dev.virtferry.migration.truth.Verdict.Contradiction;
import dev.virtferry.migration.truth.Verdict.Forked;
import dev.virtferry.migration.truth.Verdict.Impossible;
import dev.virtferry.migration.truth.Verdict.Moved;
import dev.virtferry.migration.truth.Verdict.PostCopyLost;
import dev.virtferry.migration.truth.Verdict.Releasable;
import dev.virtferry.migration.truth.Verdict.Stayed;
import dev.virtferry.migration.truth.Verdict.Unconfirmed;
import dev.virtferry.migration.truth.Verdict.Underway;
import dev.virtferry.migration.truth.Verdict.Unsettled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/truth-table.md has every pair of states with its verdict, for people to object to. {@code
 * -Dtruth=write} writes it anew.
 */
class TruthTablePageTest {

  private static final Path PAGE = Path.of("docs", "truth-table.md");

  private static final String HEAD =
      """
      # The truth table

      What virt-ferry makes of each pair of states that the two hosts of a migration can show: every state and reason of
      libvirt (`virsh domstate --reason`), at either side. It is written by a test from the code that decides
      ([TruthTable](../src/main/java/dev/virtferry/migration/truth/TruthTable.java) and its five parts), so it says what runs.

      *Works* means that the source's job runs or virt-ferry's call has not returned; *over* that neither is so. The phase of a
      paused source is `SWITCHOVER` only when every copy is ready and the memory's rest would take less than two seconds. Each
      verdict has to last for `ferry.watch.settle` before `RECOVERING` or `NEEDS_ATTENTION` is told. Where the way of migrating
      matters it is named: *plain*, *guarded* (`guardedSwitchover`), *paused* (`startPaused`, or paused by its owner before) and
      *post-copy* (`options.postCopy`). *Told* means that libvirt says that the guest arrived: the call returned without an error,
      or the destination keeps a record of an incoming migration (`virsh domjobinfo --completed --keep-completed`; a daemon that
      starts anew forgets it, and of a post-copy it does not count). A state has only its last reason, so where it is *untold* a
      guest that runs or is paused there may have been started by hand. *Unheard* is as untold, and more: the source runs
      the guest anew (`virsh domid` gives each start another number), or does not run it and nobody watched, nor heard libvirt itself
      fail, as when virt-ferry was started anew meanwhile. So it may have been at the destination, and be gone from there.
      *Unwatched* is as told, but the source may have gone on with the guest after the destination had it, as libvirt lets it when
      the link is lost in a switchover: it was seen to, or it stopped there while nobody looked for twenty seconds. Where libvirt
      ended virt-ferry's own call with an error, a guest that arrived is `NEEDS_ATTENTION` too: this migration did not bring it.

      Two things stand above a pair. *All disks are kept* means that both hosts may have run the guest, each on its own disks.
      That is not taken back: from then on nothing of the migration's disks is deleted, and a pair in which both could run is
      `NEEDS_ATTENTION` and `BOTH`, whatever it says below. And after a switch to post-copy a source that has the guest, or has
      stopped, ends nothing: only `resolve` does.

      One thing stands beside a pair. A transient domain leaves nothing at its source when it is destroyed there, shut down or
      crashes. Where neither host has one any more, libvirt itself ended the call with an error, and virt-ferry looked all the time
      without seeing a switchover or the destination run it, it ended at the source: `FAILED`, `NEITHER`.
      """;

  private static final Map<Arrival, String> WAYS = ways();

  private static Map<Arrival, String> ways() {
    Map<Arrival, String> ways = new LinkedHashMap<>();
    ways.put(Arrival.RUNNING, "*plain*");
    ways.put(Arrival.RELEASED, "*guarded*");
    ways.put(Arrival.PAUSED, "*paused*");
    ways.put(Arrival.IN_POST_COPY, "*post-copy*");
    return ways;
  }

  @Test
  void thePageSaysWhatTheTableDecides() throws IOException {
    String page =
        HEAD + Stream.of(AtSource.values()).map(TruthTablePageTest::section).collect(joining());
    if ("write".equals(System.getProperty("truth"))) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  private static String section(AtSource here) {
    List<DomainState> states = states(AtSource::of, here);
    return "\n## The source shows: %s\n\n| The destination shows | works | over |\n|---|---|---|\n"
            .formatted(words(states))
        + Stream.of(AtDestination.values())
            .map(there -> row(states.getFirst(), states(AtDestination::of, there)))
            .collect(joining());
  }

  private static String row(DomainState source, List<DomainState> destinations) {
    DomainState there = destinations.getFirst();
    return "| %s | %s | %s |\n"
        .formatted(words(destinations), cell(source, there, End.AHEAD), over(source, there));
  }

  /** What is known of the end matters only once the job is over. */
  private static String over(DomainState source, DomainState destination) {
    Map<String, String> cells = new LinkedHashMap<>();
    cells.put("told", cell(source, destination, End.TOLD));
    cells.put("**untold**", cell(source, destination, End.UNTOLD));
    cells.put("**unheard**", cell(source, destination, End.UNHEARD));
    cells.put("**unwatched**", cell(source, destination, End.UNWATCHED));
    return joined(cells);
  }

  /** What is known of the end of the job. */
  private enum End {
    AHEAD,
    TOLD,
    UNTOLD,
    UNHEARD,
    UNWATCHED
  }

  private static String cell(DomainState source, DomainState destination, End end) {
    Map<String, String> verdicts = new LinkedHashMap<>();
    WAYS.forEach((way, name) ->
        verdicts.put(name, said(TruthTable.judge(pair(source, destination, end, way)))));
    return joined(verdicts);
  }

  /** What is the same for several is told once. */
  private static String joined(Map<String, String> cells) {
    Map<String, List<String>> names =
        cells.keySet().stream()
            .collect(groupingBy(cells::get, LinkedHashMap::new, Collectors.toList()));
    return names.size() == 1
        ? names.keySet().iterator().next()
        : names.entrySet().stream()
            .map(e -> "%s: %s".formatted(String.join(", ", e.getValue()), e.getKey()))
            .collect(joining("<br>"));
  }

  private static Pair pair(DomainState source, DomainState destination, End end, Arrival way) {
    boolean works = end == End.AHEAD;
    var memory = works ? new Memory(100, 100, 0, 3, 0, 0) : Memory.NOTHING;
    var job =
        new JobReading(works && source.active() ? Activity.RUNNING : Activity.NONE, memory, 0);
    Phase phase = source.half() ? Phase.POST_COPY : Phase.MEMORY;
    var known =
        new Circumstances(
            phase,
            works,
            true,
            way,
            false,
            false,
            end == End.TOLD || end == End.UNWATCHED,
            end == End.UNHEARD,
            false,
            false,
            end == End.UNWATCHED ? Doubt.RAN_ON : Doubt.NONE);
    return new Pair(source, destination, job, false, known);
  }

  private static String said(Verdict verdict) {
    String end =
        switch (verdict) {
          case Underway it -> "`%s`, `%s`".formatted(it.phase(), it.location());
          case Unsettled it -> "`RECOVERING`, `%s`".formatted(it.location());
          case Contradiction it -> "`NEEDS_ATTENTION`, `%s`".formatted(it.location());
          case Forked it -> "`NEEDS_ATTENTION`, `%s`, all disks are kept".formatted(it.location());
          case Impossible it ->
              "libvirt can't produce it: `NEEDS_ATTENTION`, `%s`".formatted(it.location());
          case PostCopyLost _ -> "`NEEDS_ATTENTION`, `DESTINATION`, until it is resumed";
          case Releasable _ -> "virt-ferry lets it run at the destination";
          case Unconfirmed _ -> "virt-ferry destroys the source's copy";
          case Moved _ -> "`SUCCEEDED`, `DESTINATION`";
          case Stayed it ->
              "`FAILED` or `CANCELLED`, `%s`"
                  .formatted(it.source().canRun() ? "SOURCE" : "NEITHER");
        };
    return end + ". " + verdict.why();
  }

  private static <T> List<DomainState> states(Function<DomainState, T> meaning, T wanted) {
    return Stream.of(DomainState.values()).filter(s -> meaning.apply(s).equals(wanted)).toList();
  }

  private static String words(List<DomainState> states) {
    return states.stream().map(DomainState::words).distinct().collect(joining(", "));
  }
}
