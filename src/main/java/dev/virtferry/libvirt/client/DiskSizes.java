package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.BlockStats;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.LibvirtFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds to descriptions of domains how large their disks are, which their QEMUs have to tell. */
final class DiskSizes {

  private static final Logger log = LoggerFactory.getLogger(DiskSizes.class);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

  private final LibvirtConnections connections;
  private final NativeLibvirt library;

  DiskSizes(LibvirtConnections connections) {
    this.connections = connections;
    this.library = connections.library();
  }

  DomainDescription of(HostAddress host, DomainDescription domain, Allowance patience) {
    if (!domain.knowsItsSizes()) {
      return domain;
    }
    long begun = System.nanoTime();
    Duration atMost = patience.left();
    if (atMost.isZero()) {
      return domain.unanswered();
    }
    try {
      Optional<BlockStats> told = blockStats(host, domain.uuid(), atMost);
      if (told.isPresent()) {
        return domain.sized(told.get());
      }
    } catch (LibvirtFailure e) {
      log.debug("The sizes of the disks of {} can't be read", domain.name(), e);
      if (!e.aboutSilentGuest()) {
        return domain;
      }
      if (e.mayNameOthers()) {
        patience.crowded();
      }
    }
    patience.spend(Duration.ofNanos(System.nanoTime() - begun));
    return domain.unanswered();
  }

  /** Empty where others keep the guest's QEMU busy for all of the time. */
  private Optional<BlockStats> blockStats(HostAddress host, UUID domain, Duration atMost) {
    long begun = System.nanoTime();
    Optional<BlockStats> told;
    do {
      told =
          connections.askGuest(
              host, domain, atMost, connect -> library.blockStats(connect, domain));
      if (told.isEmpty()) {
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      }
    } while (told.isEmpty() && System.nanoTime() - begun < atMost.toNanos());
    return told;
  }
}
