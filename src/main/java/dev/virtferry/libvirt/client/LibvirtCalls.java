package dev.virtferry.libvirt.client;

import com.sun.jna.Library;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.virDomainInfo;

/**
 * The functions of libvirt that libvirt-java lacks or gets wrong. Domain pointers looked up here
 * are freed here; connections are lent by {@link PooledConnect}.
 */
interface LibvirtCalls extends Library {

  /**
   * Makes an array of domain pointers, which are the caller's as the array is.
   *
   * @return how many there are; negative for an error
   */
  int virConnectListAllDomains(Pointer connection, PointerByReference domains, int flags);

  String virDomainGetName(Pointer domain);

  /** Writes 37 bytes, the last of them 0. */
  int virDomainGetUUIDString(Pointer domain, byte[] uuid);

  @Nullable Pointer virDomainLookupByUUIDString(Pointer connection, String uuid);

  int virDomainFree(Pointer domain);

  /**
   * Tells the reason too, and is served even while all normal workers of the daemon are blocked.
   */
  int virDomainGetState(Pointer domain, IntByReference state, IntByReference reason, int flags);

  /** What the look-up told, without another question to the host; negative where nothing runs. */
  int virDomainGetID(Pointer domain);

  /**
   * Tells the processor time of a domain's QEMU. It does not ask the monitor, but waits for a
   * normal worker of the daemon, which may all be blocked by a guest that hangs.
   */
  int virDomainGetInfo(Pointer domain, virDomainInfo info);

  /**
   * Tells figures of these domains, ended by null. The array of pointers to records that it makes
   * ends by null too and is to be freed by {@link #virDomainStatsRecordListFree}.
   *
   * @return how many records there are; negative for an error
   */
  int virDomainListGetStats(
      @Nullable Pointer[] domains, int stats, PointerByReference records, int flags);

  void virDomainStatsRecordListFree(Pointer records);

  /** 1 for a domain whose definition the host keeps, 0 for another, negative for an error. */
  int virDomainIsPersistent(Pointer domain);

  /** Here only for the call without parameters, for which libvirt-java's array handling fails. */
  int virDomainMigrateToURI3(
      Pointer domain, String destination, @Nullable Pointer parameters, int count, int flags);

  int virDomainMigrateSetMaxSpeed(Pointer domain, NativeLong mibPerSecond, int flags);

  int virDomainMigrateStartPostCopy(Pointer domain, int flags);

  /** The answer is the caller's to free; null for an error. */
  @Nullable Pointer virConnectGetDomainCapabilities(
      Pointer connection,
      @Nullable String emulator,
      String architecture,
      String machine,
      String virtualization,
      int flags);

  /** A {@code virCPUCompareResult}: negative for an error, 0 for incompatible. */
  int virConnectCompareHypervisorCPU(
      Pointer connection,
      @Nullable String emulator,
      String architecture,
      String machine,
      String virtualization,
      String cpu,
      int flags);

  int virGetLastErrorCode();

  int virGetLastErrorDomain();

  String virGetLastErrorMessage();
}
