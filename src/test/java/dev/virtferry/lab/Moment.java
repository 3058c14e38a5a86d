package dev.virtferry.lab;

import java.time.Duration;
import org.awaitility.Awaitility;

/** The moments of a migration at which {@link Chaos} breaks something. */
enum Moment {
  /** Right after it was accepted. */
  PREPARING(150) {
    @Override
    void await(Scene scene) {}
  },
  /** While the disk is copied over a slow link. */
  STORAGE(3_000) {
    @Override
    void await(Scene scene) {
      scene.awaitThat(m -> m.get("disks").get(0).get("bytesDone").asLong() > 0);
    }
  },
  /** While memory is copied over the slow link. */
  MEMORY(3_000) {
    @Override
    void await(Scene scene) {
      scene.awaitThat(m -> m.get("phase").asString("").equals("MEMORY"));
    }
  },
  /** The source is paused, and the destination's daemon is held before it can answer. */
  SWITCHOVER(1_500) {
    @Override
    void await(Scene scene) {
      MEMORY.await(scene);
      scene.lab().daemon(scene.destination(), "stop");
      scene.lab().link(scene.source(), "normal");
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> scene.condition(scene.source()).equals("paused (migrating)"));
    }

    @Override
    void release(Scene scene) {
      scene.lab().daemonGoesOn(scene.destination());
    }
  },
  /** The guest runs at the destination, and most of its memory is still at the source. */
  POST_COPY(3_000) {
    @Override
    void await(Scene scene) {
      MEMORY.await(scene);
      scene.switchToPostCopy();
      scene.awaitThat(m -> m.get("phase").asString("").equals("POST_COPY"));
    }

    @Override
    String options(boolean guarded) {
      return "{\"postCopy\":true,\"bandwidthPostCopyMiBps\":2}";
    }
  },
  /** A cancel was taken: libvirt lets go, and what was made is removed. */
  CLEANING(600) {
    @Override
    void await(Scene scene) {
      STORAGE.await(scene);
      scene.cancel();
    }
  };

  private final int span;

  Moment(int span) {
    this.span = span;
  }

  /** Returns when the moment has come. */
  abstract void await(Scene scene);

  /** Undoes what held the moment open. */
  void release(Scene scene) {}

  /** The options that the migration is asked for with. */
  String options(boolean guarded) {
    return "{\"guardedSwitchover\":%s}".formatted(guarded);
  }

  /** How long after its beginning the fault comes, in milliseconds. */
  long millis(double fraction) {
    return Math.round(fraction * span);
  }
}
