package dev.virtferry.notice;

import dev.virtferry.migration.MigrationQueries;
import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Tells readers what becomes of migrations, whichever replica carries them: one thread asks the
 * database, with one small query for all, and only while anybody reads.
 */
@Component
public final class ChangeFeed implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(ChangeFeed.class);

  private final MigrationQueries queries;
  private final NoticeProperties properties;
  private final Timepiece time;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private final Set<Seat> seats = new HashSet<>();
  private @Nullable Thread thread;
  private boolean running;

  ChangeFeed(MigrationQueries queries, NoticeProperties properties, Timepiece time) {
    this.queries = queries;
    this.properties = properties;
    this.time = time;
  }

  /** A reader and what it was told last; touched by the thread alone once it is seated. */
  private static final class Seat {

    private final UUID migration;
    private final Audience audience;
    private final Subscriber reader;
    private final Moment seatedAt;
    private String known;
    private Moment toldAt;

    Seat(UUID migration, Audience audience, String known, Subscriber reader, Moment now) {
      this.migration = migration;
      this.audience = audience;
      this.known = known;
      this.reader = reader;
      this.seatedAt = now;
      this.toldAt = now;
    }

    boolean isOver(Moment now) {
      return audience.isOver(now.at()) || !now.within(reader.patience(), seatedAt);
    }

    void tell(MigrationSnapshot news, Moment now) {
      known = news.etag();
      toldAt = now;
      reader.changed(news);
    }

    void heartbeat(Moment now) {
      toldAt = now;
      reader.quiet();
    }
  }

  /**
   * Tells every change from now on.
   *
   * @param audience whose reader it is
   * @param known the ETag of what the reader has; another one is told at once
   * @throws TooManyReaders when as many wait as may, of this caller or of all
   */
  public Subscription watch(UUID migration, Audience audience, String known, Subscriber reader) {
    var seat = new Seat(migration, audience, known, reader, time.now());
    lock.lock();
    try {
      if (!running || seats.size() >= properties.maxStreams()) {
        throw TooManyReaders.ofAll(properties.maxStreams());
      }
      long own =
          seats.stream().filter(other -> other.audience.caller().equals(audience.caller())).count();
      if (own >= properties.maxStreamsPerCaller()) {
        throw TooManyReaders.ofOne(properties.maxStreamsPerCaller());
      }
      seats.add(seat);
      if (thread == null) {
        thread = Thread.ofPlatform().name("notice").daemon().start(this::tellNews);
      }
    } finally {
      lock.unlock();
    }
    return () -> leave(seat);
  }

  private void leave(Seat seat) {
    lock.lock();
    try {
      seats.remove(seat);
    } finally {
      lock.unlock();
    }
  }

  private void tellNews() {
    boolean told = false;
    for (List<Seat> readers = readers(); !readers.isEmpty(); readers = readers()) {
      try {
        tell(readers);
        told = false;
      } catch (RuntimeException e) {
        if (!told) {
          log.warn("Nothing can be told for now: {}", e.toString());
        }
        told = true;
      }
      pause();
    }
  }

  /** Everybody who reads; when nobody does, the thread is over and the next one begins anew. */
  private List<Seat> readers() {
    lock.lock();
    try {
      if (seats.isEmpty()) {
        thread = null;
      }
      return List.copyOf(seats);
    } finally {
      lock.unlock();
    }
  }

  private void tell(List<Seat> readers) {
    Set<UUID> migrations = new HashSet<>();
    readers.forEach(seat -> migrations.add(seat.migration));
    Map<UUID, String> etags = queries.etags(migrations);
    Map<UUID, MigrationSnapshot> read = new HashMap<>();
    for (Seat seat : readers) {
      Moment now = time.now();
      String etag = etags.get(seat.migration);
      if (etag == null || seat.isOver(now)) {
        dismiss(seat);
      } else if (!etag.equals(seat.known)) {
        MigrationSnapshot news =
            read.computeIfAbsent(seat.migration, id -> queries.find(id).orElseThrow());
        if (seat.audience.sees().test(news.migration())) {
          reach(seat, () -> seat.tell(news, now));
        } else {
          dismiss(seat);
        }
      } else if (!now.within(properties.heartbeat(), seat.toldAt)) {
        reach(seat, () -> seat.heartbeat(now));
      }
    }
  }

  private void dismiss(Seat seat) {
    leave(seat);
    reach(seat, seat.reader::closed);
  }

  /** The web server throws when the client has just left; that keeps news from nobody else. */
  private void reach(Seat seat, Runnable news) {
    try {
      news.run();
    } catch (IllegalStateException e) {
      log.debug("A reader of {} left: {}", seat.migration, e.toString());
      leave(seat);
    }
  }

  private void pause() {
    lock.lock();
    try {
      long left = properties.interval().toNanos();
      while (left > 0 && !seats.isEmpty()) {
        left = ended.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      seats.clear();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void start() {
    lock.lock();
    try {
      running = true;
    } finally {
      lock.unlock();
    }
  }

  /** Everybody is sent home first: a server that stops in order waits for whoever still reads. */
  @Override
  public void stop() {
    List<Seat> last;
    lock.lock();
    try {
      running = false;
      last = new ArrayList<>(seats);
      seats.clear();
      ended.signalAll();
    } finally {
      lock.unlock();
    }
    last.forEach(seat -> reach(seat, seat.reader::closed));
  }

  @Override
  public boolean isRunning() {
    lock.lock();
    try {
      return running;
    } finally {
      lock.unlock();
    }
  }

  /** Before the web server begins to wait for its last answers. */
  @Override
  public int getPhase() {
    return DEFAULT_PHASE;
  }
}
