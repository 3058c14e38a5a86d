package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.DomainName;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.HostUnreachable;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.client.HostCalls.Call;
import dev.virtferry.libvirt.client.HostCalls.NoPlace;
import dev.virtferry.libvirt.client.HostConnectionPool.Query;
import dev.virtferry.libvirt.client.Turns.Turn;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of one host: for each query a place in its {@link Lane}, a platform thread, a
 * connection and a time limit.
 *
 * <p>A native call can't be interrupted: one that outlives its limit goes on in its thread and
 * keeps its place, and its caller is told that there was no answer.
 */
final class HostQueries implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HostQueries.class);

  /** In the place of a pool's name, which is never empty. */
  static final String ALL_POOLS = "";

  /** In the place of a domain's name, which is never empty. */
  static final String ALL_DOMAINS = "";

  /** Lists of domains stop at one that is locked: they leave places to calls about the others. */
  private static final int LISTS_AT_A_TIME = 2;

  /** Enough to hear of a daemon whether it lives. */
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(1);

  private final HostAddress host;
  private final HostCalls calls;
  private final Turns<UUID> guests = new Turns<>();
  private final Turns<String> pools = new Turns<>();
  private final Turns<String> domains =
      new Turns<>(about -> about.equals(ALL_DOMAINS) ? LISTS_AT_A_TIME : 1);
  private final Overdue<String> overdue = new Overdue<>();
  private final DomainLocks locks;

  /**
   * Asks nothing yet.
   *
   * @param onBreak is told when a connection to the host was seen to break
   */
  HostQueries(HostAddress host, NativeLibvirt library, Duration limit, Runnable onBreak) {
    this.host = host;
    this.calls = new HostCalls(host, library, limit, onBreak);
    this.locks = new DomainLocks(host, calls, overdue);
  }

  /**
   * Makes the query and waits for it. Of a host that could not be reached last time, whoever reads
   * is told so again unless it answers within a second; what was begun goes on and may find it.
   *
   * @throws HostUnreachable when the host can't be asked, or does not answer within the limit
   * @throws LibvirtFailure when libvirt refuses
   */
  <T extends @Nullable Object> T ask(Lane lane, Query<T> query, Duration atMost) {
    var plain = new Precaution(Turn.NOBODYS, () -> true, _ -> {}, () -> noAnswer(atMost));
    return ask(lane, query, atMost, plain);
  }

  /**
   * Makes a query about a domain, or about all of them. While an earlier one about the same is
   * overdue, it waits for the end of that one first. Whoever only reads waits for those before it
   * as well, as they may hang in the same.
   *
   * @param about the domain's UUID or name, or {@link #ALL_DOMAINS}
   * @throws HostUnreachable when the host can't be asked, or does not answer within the limit
   * @throws LibvirtFailure when libvirt refuses
   */
  <T extends @Nullable Object> T askAbout(
      String about, Lane lane, Query<T> query, Duration atMost) {
    long begun = System.nanoTime();
    Supplier<HostUnreachable> silence = () -> silence(about, lane, atMost);
    @Nullable Turn turn = lane == Lane.READING ? domains.begin(about, atMost) : Turn.NOBODYS;
    if (turn == null) {
      throw silence.get();
    }
    boolean free = false;
    try {
      locks.requireFree(about, lane, atMost.minusNanos(System.nanoTime() - begun), silence);
      free = true;
    } finally {
      if (!free) {
        turn.end();
      }
    }
    var precaution =
        new Precaution(
            turn,
            () -> overdue.over(about, Duration.ZERO),
            call -> overdue.add(about, call),
            silence);
    return ask(lane, query, atMost.minusNanos(System.nanoTime() - begun), precaution);
  }

  /** Has sentries that know these domains, before one of them is locked; waits for nobody. */
  void postSentries(List<DomainName> domains) {
    locks.postSentries(domains);
  }

  private static boolean reads(Lane lane) {
    return lane == Lane.READING || lane == Lane.PREPARING;
  }

  /**
   * libvirt locks a domain while it works on it, and each that is listed. A run asks again anyway,
   * and more often.
   */
  private HostUnreachable silence(String about, Lane lane, Duration limit) {
    if (!reads(lane)) {
      return noAnswer(limit);
    }
    ask(Lane.FOLLOWING, Connect::getLibVersion, SIGN_OF_LIFE);
    String what = about.equals(ALL_DOMAINS) ? "all of its domains" : "domain " + about;
    return HostUnreachable.locked(
        host.name(),
        "its daemon does not tell of %s: it may keep one locked, as for storage that hangs"
            .formatted(what));
  }

  /**
   * What goes with a call that may hang.
   *
   * @param turn ends with the native call, or at once when that is not made
   * @param stillWorthIt is asked once there is a place for the call
   * @param onHang is told of a call that did not answer in time
   * @param silence what is said then
   */
  private record Precaution(
      Turn turn,
      BooleanSupplier stillWorthIt,
      Consumer<CompletableFuture<?>> onHang,
      Supplier<HostUnreachable> silence) {}

  private <T extends @Nullable Object> T ask(
      Lane lane, Query<T> query, Duration atMost, Precaution precaution) {
    @Nullable HostUnreachable known = lane == Lane.READING ? calls.trouble() : null;
    Duration patience = known == null ? atMost : SIGN_OF_LIFE;
    long begun = System.nanoTime();
    try {
      Call<T> call =
          calls.begin(precaution.turn(), lane, query, patience, precaution.stillWorthIt());
      try {
        return calls.answerOf(call, patience.minusNanos(System.nanoTime() - begun));
      } catch (TimeoutException e) {
        precaution.onHang().accept(call.answer());
        throw known != null ? known : precaution.silence().get();
      }
    } catch (NoPlace e) {
      throw known != null ? known : notAsked(precaution);
    }
  }

  private HostUnreachable notAsked(Precaution precaution) {
    return precaution.stillWorthIt().getAsBoolean()
        ? new HostUnreachable(
            host.name(), "more calls wait for it than it answers; make fewer at a time")
        : precaution.silence().get();
  }

  private HostUnreachable noAnswer(Duration limit) {
    return new HostUnreachable(
        host.name(), String.format(Locale.ROOT, "no answer within %d ms", limit.toMillis()));
  }

  /**
   * Makes a query that waits for the guest's QEMU. It runs alone: while another one does, it waits.
   *
   * @throws HostUnreachable when the host can't be asked
   * @throws LibvirtFailure also when the host answers and the guest's QEMU does not
   */
  <T extends @Nullable Object> T askGuest(Lane lane, UUID guest, Query<T> query, Duration atMost) {
    return askAlone(
        guests,
        guest,
        lane,
        query,
        atMost,
        LibvirtFailure::ofSilentGuest,
        () -> LibvirtFailure.ofSilentGuests(host.name()));
  }

  /**
   * Makes a query that waits for a storage pool, alone as {@link #askGuest}. While one hangs in a
   * pool, libvirt 9.0 has locked it: all that is asked of that pool hangs, and each list of pools.
   *
   * @param pool its name; {@link #ALL_POOLS} for a list
   * @throws HostUnreachable when the host can't be asked
   * @throws LibvirtFailure also when the host answers and the pool does not
   */
  <T extends @Nullable Object> T askPool(String pool, Query<T> query, Duration atMost) {
    return askAlone(
        pools,
        pool,
        Lane.STORAGE,
        query,
        atMost,
        () -> LibvirtFailure.ofSilentPool(pool, host.name()),
        () -> LibvirtFailure.ofSilentPools(host.name()));
  }

  private <K, T extends @Nullable Object> T askAlone(
      Turns<K> turns,
      K key,
      Lane lane,
      Query<T> query,
      Duration atMost,
      Supplier<LibvirtFailure> silence,
      Supplier<LibvirtFailure> silenceOfOthers) {
    LibvirtFailure why = silence.get();
    @Nullable Turn turn = turns.begin(key, atMost);
    if (turn != null) {
      try {
        return answeredAlone(turn, lane, query, atMost);
      } catch (TimeoutException e) {
        log.debug("{} on {} does not answer", key, host.name(), e);
      } catch (NoPlace e) {
        why = silenceOfOthers.get();
      }
    }
    ask(Lane.FOLLOWING, Connect::getLibVersion, SIGN_OF_LIFE);
    throw why;
  }

  private <T extends @Nullable Object> T answeredAlone(
      Turn turn, Lane lane, Query<T> query, Duration atMost) throws NoPlace, TimeoutException {
    long begun = System.nanoTime();
    Call<T> call = calls.begin(turn, lane, query, atMost, () -> true);
    return calls.answerOf(call, atMost.minusNanos(System.nanoTime() - begun));
  }

  @Override
  public void close() {
    calls.close();
  }
}
