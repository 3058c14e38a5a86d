package dev.virtferry.libvirt.client;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import dev.virtferry.libvirt.BlockStats;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainRun;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.LibraryMissing;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Machine;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.libvirt.jna.virDomainInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loaded client library: its event loop, its silence on stderr and our own calls to it. */
final class NativeLibvirt {

  private static final Logger log = LoggerFactory.getLogger(NativeLibvirt.class);

  /** JNA holds callbacks weakly; without this field the error handler would be collected. */
  private static final VirErrorCallback SILENT = (_, _) -> {};

  /** {@code VIR_CONNECT_COMPARE_CPU_FAIL_INCOMPATIBLE}. */
  private static final int FAIL_INCOMPATIBLE = 1;

  /** {@code VIR_DOMAIN_STATS_BLOCK}. */
  private static final int STATS_BLOCK = 1 << 5;

  /** {@code VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT}, since libvirt 4.5. */
  static final int STATS_NOWAIT = 1 << 29;

  private final LibvirtCalls calls;

  private NativeLibvirt(LibvirtCalls calls) {
    this.calls = calls;
  }

  /**
   * Loads libvirt's client library and starts its event loop, which keepalive needs.
   *
   * @throws LibraryMissing when it is not installed
   */
  static NativeLibvirt load() {
    try {
      Connect.setErrorCallback(SILENT);
      Library.initEventLoop();
      LibvirtCalls calls = Native.load("virt", LibvirtCalls.class);
      Thread.ofPlatform().name("libvirt-events").daemon().start(NativeLibvirt::runEvents);
      return new NativeLibvirt(calls);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      throw new LibraryMissing(e);
    } catch (LibvirtException e) {
      throw LibvirtErrors.of(e);
    }
  }

  private static void runEvents() {
    try {
      Library.runEventLoop();
    } catch (LibvirtException e) {
      log.error("libvirt's event loop ended; dead connections are no longer noticed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * {@code virDomainGetState}, {@code virDomainGetID} and {@code virDomainIsPersistent}; {@link
   * DomainCondition#ABSENT} when the host has no such domain.
   */
  DomainCondition condition(PooledConnect connect, UUID domain) {
    try {
      return with(connect, domain, this::condition);
    } catch (LibvirtFailure e) {
      if (e.is(ErrorNumber.NO_DOMAIN)) {
        return DomainCondition.ABSENT;
      }
      throw e;
    }
  }

  private DomainCondition condition(Pointer domain) {
    var state = new IntByReference();
    var reason = new IntByReference();
    check(calls.virDomainGetState(domain, state, reason, 0));
    int persistent = calls.virDomainIsPersistent(domain);
    if (persistent < 0) {
      throw lastFailure();
    }
    return new DomainCondition(
        calls.virDomainGetName(domain),
        DomainState.of(state.getValue(), reason.getValue()),
        run(domain, 0),
        persistent == 1);
  }

  private @Nullable DomainRun run(Pointer domain, long cpuMillis) {
    int id = calls.virDomainGetID(domain);
    return id < 0 ? null : new DomainRun(id, cpuMillis);
  }

  /** What runs now, with its processor time; empty when nothing does. */
  Optional<DomainRun> run(PooledConnect connect, UUID domain) {
    return with(
        connect,
        domain,
        found -> {
          // A QEMU that ends just now has none; its state tells so next time.
          var info = new virDomainInfo();
          boolean known = calls.virDomainGetInfo(found, info) == 0;
          long cpuMillis = known ? TimeUnit.NANOSECONDS.toMillis(info.cpuTime) : 0;
          return Optional.ofNullable(run(found, cpuMillis));
        });
  }

  /**
   * The sizes of the disks of a domain that runs; empty when its QEMU was not asked, since another
   * call waits for it. So no two calls of this kind ever wait for a QEMU that hangs. Of one that
   * stopped meanwhile libvirt would open the images, so it is not asked.
   */
  Optional<BlockStats> blockStats(PooledConnect connect, UUID domain) {
    return with(
        connect,
        domain,
        found -> {
          if (calls.virDomainGetID(found) < 0) {
            return Optional.of(new BlockStats(Map.of()));
          }
          var records = new PointerByReference();
          int count =
              calls.virDomainListGetStats(
                  new @Nullable Pointer[] {found, null}, STATS_BLOCK, records, STATS_NOWAIT);
          if (count < 0) {
            throw lastFailure();
          }
          try {
            // A domain that left in between has no record.
            return count == 0
                ? Optional.of(new BlockStats(Map.of()))
                : BlockStats.of(StatsRecord.values(records.getValue().getPointer(0)));
          } finally {
            calls.virDomainStatsRecordListFree(records.getValue());
          }
        });
  }

  /** {@code virDomainMigrateToURI3} with an empty parameter array. */
  void migrateWithoutParameters(PooledConnect connect, MigrateCall call) {
    int mask = MigrateFlag.mask(call.flags());
    tell(
        connect,
        call.domain(),
        domain -> calls.virDomainMigrateToURI3(domain, call.destination(), null, 0, mask));
  }

  /** {@code virDomainMigrateStartPostCopy}. */
  void startPostCopy(PooledConnect connect, UUID domain) {
    tell(connect, domain, found -> calls.virDomainMigrateStartPostCopy(found, 0));
  }

  /** {@code virDomainMigrateSetMaxSpeed}, in MiB/s. */
  void setMaxSpeed(PooledConnect connect, UUID domain, long mibPerSecond) {
    var speed = new NativeLong(mibPerSecond);
    tell(connect, domain, found -> calls.virDomainMigrateSetMaxSpeed(found, speed, 0));
  }

  /** {@code virDomainQemuMonitorCommand}; fails when the monitor answers with an error. */
  String tellMonitor(PooledConnect connect, UUID domain, MonitorCommand command) {
    var answer = new PointerByReference();
    tell(
        connect,
        domain,
        found -> monitor().virDomainQemuMonitorCommand(found, command.json(), answer, 0));
    Pointer text = answer.getValue();
    try {
      return command.taken(text.getString(0));
    } finally {
      Native.free(Pointer.nativeValue(text));
    }
  }

  /** Loaded late: a library of its own, and few need it. */
  private static MonitorCalls monitor() {
    try {
      return MonitorLibrary.CALLS;
    } catch (LinkageError e) {
      throw LibvirtFailure.withoutNumber("libvirt-qemu.so is not installed: " + e.getMessage());
    }
  }

  private static final class MonitorLibrary {
    static final MonitorCalls CALLS = Native.load("virt-qemu", MonitorCalls.class);
  }

  private void tell(PooledConnect connect, UUID domain, ToIntFunction<Pointer> command) {
    with(
        connect,
        domain,
        found -> {
          check(command.applyAsInt(found));
          return true;
        });
  }

  private <T> T with(PooledConnect connect, UUID domain, Function<Pointer, T> query) {
    Pointer pointer = calls.virDomainLookupByUUIDString(connect.pointer(), domain.toString());
    if (pointer == null) {
      throw lastFailure();
    }
    try {
      return query.apply(pointer);
    } finally {
      calls.virDomainFree(pointer);
    }
  }

  private void check(int result) {
    if (result != 0) {
      throw lastFailure();
    }
  }

  /** {@code virConnectGetDomainCapabilities}, for the machine with its own QEMU. */
  String domainCapabilities(PooledConnect connect, Machine machine) {
    Pointer text =
        calls.virConnectGetDomainCapabilities(
            connect.pointer(),
            machine.emulator(),
            machine.architecture(),
            machine.type(),
            machine.virtualization(),
            0);
    if (text == null) {
      throw lastFailure();
    }
    try {
      return text.getString(0, "UTF-8");
    } finally {
      Native.free(Pointer.nativeValue(text));
    }
  }

  /**
   * {@code virConnectCompareHypervisorCPU}.
   *
   * @param cpu the {@code <cpu>} element
   * @throws LibvirtFailure that names what the host lacks, where it can't show the guest that CPU
   */
  void compareCpu(PooledConnect connect, Machine machine, String cpu) {
    int result =
        calls.virConnectCompareHypervisorCPU(
            connect.pointer(),
            null,
            machine.architecture(),
            machine.type(),
            machine.virtualization(),
            cpu,
            FAIL_INCOMPATIBLE);
    if (result < 0) {
      throw lastFailure();
    }
  }

  private LibvirtFailure lastFailure() {
    return LibvirtErrors.last(calls);
  }

  /**
   * Posts one on that connection.
   *
   * @param atEnd takes the connection back
   */
  DomainSentry sentry(PooledConnect connect, Consumer<PooledConnect> atEnd) {
    return DomainSentry.on(connect, calls, atEnd);
  }
}
