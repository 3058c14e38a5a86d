package dev.virtferry.libvirt.client;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/** The function of libvirt's QEMU library that talks to a domain's monitor. */
interface MonitorCalls extends Library {

  /** The answer is the caller's to free. */
  int virDomainQemuMonitorCommand(
      Pointer domain, String command, PointerByReference answer, int flags);
}
