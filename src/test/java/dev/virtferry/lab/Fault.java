package dev.virtferry.lab;

/** What {@link Chaos} does to a migration. Each fault is over when {@link #happen} returns. */
enum Fault {
  /** kill -9 of the service, and its next start. */
  SERVICE_KILLED {
    @Override
    void happen(Scene scene) {
      scene.service().kill();
      scene.service().start();
    }
  },
  /** The service is stopped for 1 to 12 s and goes on as if nothing had been. */
  SERVICE_FROZEN {
    @Override
    void happen(Scene scene) {
      scene.service().freeze();
      scene.lasts(1_000, 12_000);
      scene.service().thaw();
    }
  },
  /** kill -9 of the source's libvirtd, and its next start. */
  SOURCE_DAEMON_KILLED {
    @Override
    void happen(Scene scene) {
      restart(scene, scene.source());
    }
  },
  /** kill -9 of the destination's libvirtd, and its next start. */
  DESTINATION_DAEMON_KILLED {
    @Override
    void happen(Scene scene) {
      restart(scene, scene.destination());
    }
  },
  /** kill -9 of the guest's QEMU at the source. */
  SOURCE_GUEST_KILLED {
    @Override
    void happen(Scene scene) {
      scene.killGuest(scene.source());
    }
  },
  /** kill -9 of the guest's QEMU at the destination, if there is one by then. */
  DESTINATION_GUEST_KILLED {
    @Override
    void happen(Scene scene) {
      scene.killGuest(scene.destination());
    }
  },
  /** The guest powers itself off. */
  POWERED_OFF_BY_ITSELF {
    @Override
    void happen(Scene scene) {
      scene.pressButton();
    }
  },
  /** Somebody suspends the guest at the source and resumes it; libvirt may refuse either. */
  SUSPENDED_BY_OTHERS {
    @Override
    void happen(Scene scene) {
      scene.lab().succeedsOn(scene.source(), "virsh", "suspend", Arena.GUEST);
      scene.lasts(2_000, 6_000);
      scene.lab().succeedsOn(scene.source(), "virsh", "resume", Arena.GUEST);
    }
  },
  /** The source is without power for 3 to 15 s. */
  SOURCE_HOST_LOST {
    @Override
    void happen(Scene scene) {
      scene.losePower(scene.source());
    }
  },
  /** The destination is without power for 3 to 15 s. */
  DESTINATION_HOST_LOST {
    @Override
    void happen(Scene scene) {
      scene.losePower(scene.destination());
    }
  },
  /** The link of one host is cut for less than libvirt's keepalive. */
  LINK_CUT_BRIEFLY {
    @Override
    void happen(Scene scene) {
      cut(scene, 3_000, 12_000);
    }
  },
  /** The link of one host is cut for longer than libvirt's keepalive. */
  LINK_CUT_LONG {
    @Override
    void happen(Scene scene) {
      cut(scene, 35_000, 45_000);
    }
  },
  /** The destination's pool is full until the migration has ended. */
  DESTINATION_FULL {
    @Override
    void happen(Scene scene) {
      scene.fillPool();
    }
  },
  /** The database is stopped for 1 to 8 s. */
  DATABASE_STOPPED {
    @Override
    void happen(Scene scene) {
      scene.arena().stopDatabase();
      scene.lasts(1_000, 8_000);
      scene.arena().startDatabase();
    }
  },
  /** A client cancels. */
  CANCELLED {
    @Override
    void happen(Scene scene) {
      scene.cancel();
    }
  },
  /** Two clients cancel, and the service is killed and started again. */
  CANCELLED_TWICE_AND_KILLED {
    @Override
    void happen(Scene scene) {
      Thread second = Thread.ofPlatform().start(scene::cancel);
      scene.cancel();
      scene.service().kill();
      scene.service().start();
      try {
        second.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  },
  /** The guest's QEMU at the source answers nothing for 3 to 15 s, while others read the guest. */
  GUEST_HUNG_AT_SOURCE {
    @Override
    void happen(Scene scene) {
      scene.hangGuest(scene.source());
    }
  },
  /** The guest's QEMU at the destination answers nothing for 3 to 15 s, if there is one by then. */
  GUEST_HUNG_AT_DESTINATION {
    @Override
    void happen(Scene scene) {
      scene.hangGuest(scene.destination());
    }
  },
  /** The disk that the service keeps its data on (H2) is full for 3 to 15 s. */
  SERVICE_DISK_FULL {
    @Override
    void happen(Scene scene) {
      scene.fillDisk();
    }
  },
  /**
   * Whoever is told of the migration takes each message and answers nothing, or a byte a second,
   * for 3 to 15 s; whatever it held is lost.
   */
  TARPIT_RECEIVER {
    @Override
    void happen(Scene scene) {
      scene.arena().receiver().tarpit(scene.trouble().first());
      // What was held goes on while nobody listens.
      scene.trouble().moment().release(scene);
      scene.lasts(3_000, 15_000);
      scene.arena().receiver().goOn();
    }
  };

  abstract void happen(Scene scene);

  private static void restart(Scene scene, String host) {
    scene.lab().daemon(host, "kill");
    scene.lasts(0, 3_000);
    scene.lab().daemon(host, "start");
  }

  private static void cut(Scene scene, int least, int most) {
    String host = scene.trouble().first() ? scene.source() : scene.destination();
    scene.lab().link(host, "down");
    // What was held goes on behind the cut, not after it.
    scene.trouble().moment().release(scene);
    scene.lasts(least, most);
    scene.lab().link(host, "up");
  }
}
