package dev.virtferry.libvirt;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import dev.virtferry.libvirt.Acceptance.Answer;
import java.util.UUID;
import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt.VirErrorCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loaded client library: its event loop, its silence on stderr and our own calls to it. */
final class NativeLibvirt {

  private static final Logger log = LoggerFactory.getLogger(NativeLibvirt.class);

  /** JNA holds callbacks weakly; without this field the error handler would be collected. */
  private static final VirErrorCallback SILENT = (_, _) -> {};

  /** {@code VIR_ERR_INVALID_ARG}. */
  private static final int INVALID_ARG = 8;

  /** {@code VIR_CPU_COMPARE_INCOMPATIBLE}. */
  private static final int INCOMPATIBLE = 0;

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
      throw Failures.of(e);
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

  /** {@code virDomainGetState}; {@link DomainCondition#ABSENT} when the host has no such domain. */
  DomainCondition condition(LentConnect connect, UUID domain) {
    Pointer pointer = calls.virDomainLookupByUUIDString(connect.pointer(), domain.toString());
    if (pointer == null) {
      LibvirtFailure failure = lastFailure();
      if (failure.code() == LibvirtFailure.NO_DOMAIN) {
        return DomainCondition.ABSENT;
      }
      throw failure;
    }
    try {
      var state = new IntByReference();
      var reason = new IntByReference();
      check(calls.virDomainGetState(pointer, state, reason, 0));
      return DomainCondition.of(state.getValue(), reason.getValue());
    } finally {
      calls.virDomainFree(pointer);
    }
  }

  /** {@code virDomainMigrateToURI3} with an empty parameter array. */
  void migrateWithoutParameters(LentConnect connect, MigrateCall call) {
    Pointer pointer =
        calls.virDomainLookupByUUIDString(connect.pointer(), call.domain().toString());
    if (pointer == null) {
      throw lastFailure();
    }
    try {
      int mask = MigrateFlag.mask(call.flags());
      check(calls.virDomainMigrateToURI3(pointer, call.destination(), null, 0, mask));
    } finally {
      calls.virDomainFree(pointer);
    }
  }

  /** {@code virDomainMigrateStartPostCopy}. */
  void startPostCopy(LentConnect connect, UUID domain) {
    Pointer pointer = calls.virDomainLookupByUUIDString(connect.pointer(), domain.toString());
    if (pointer == null) {
      throw lastFailure();
    }
    try {
      check(calls.virDomainMigrateStartPostCopy(pointer, 0));
    } finally {
      calls.virDomainFree(pointer);
    }
  }

  private void check(int result) {
    if (result != 0) {
      throw lastFailure();
    }
  }

  /** {@code virConnectGetDomainCapabilities}, asked only for whether there are any. */
  Acceptance acceptsMachineType(LentConnect connect, Machine machine) {
    Pointer capabilities =
        calls.virConnectGetDomainCapabilities(
            connect.pointer(),
            null,
            machine.architecture(),
            machine.type(),
            machine.virtualization(),
            0);
    if (capabilities != null) {
      Native.free(Pointer.nativeValue(capabilities));
      return new Acceptance(Answer.YES, machine.type());
    }
    LibvirtFailure failure = lastFailure();
    return new Acceptance(
        failure.code() == INVALID_ARG ? Answer.NO : Answer.UNKNOWN, failure.message());
  }

  /** {@code virConnectCompareHypervisorCPU}. */
  Acceptance acceptsCpu(LentConnect connect, Machine machine) {
    if (machine.cpu() == null) {
      return new Acceptance(Answer.YES, "QEMU's default");
    }
    int result =
        calls.virConnectCompareHypervisorCPU(
            connect.pointer(),
            null,
            machine.architecture(),
            machine.type(),
            machine.virtualization(),
            machine.cpu(),
            0);
    if (result < 0) {
      return new Acceptance(Answer.UNKNOWN, lastFailure().message());
    }
    return result == INCOMPATIBLE
        ? new Acceptance(Answer.NO, "the host can't show the guest the same CPU")
        : new Acceptance(Answer.YES, "the host can show the guest the same CPU");
  }

  /** libvirt keeps the last error by thread; it is read before any other call on this thread. */
  private LibvirtFailure lastFailure() {
    return new LibvirtFailure(
        calls.virGetLastErrorCode(), calls.virGetLastErrorDomain(), calls.virGetLastErrorMessage());
  }
}
