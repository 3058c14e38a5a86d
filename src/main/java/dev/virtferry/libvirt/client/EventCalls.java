package dev.virtferry.libvirt.client;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * libvirt's events. libvirt-java knows no listener for two of them, and keeps those that it knows
 * in maps that no two threads may touch. JNA holds callbacks weakly: who registers one must keep it
 * for as long as it may be called.
 */
interface EventCalls extends Library {

  /** {@code virConnectDomainEventCallback}. */
  interface LifecycleCallback extends Callback {
    int happened(Pointer connection, Pointer domain, int event, int detail, Pointer token);
  }

  /** {@code virConnectDomainEventMigrationIterationCallback}. */
  interface IterationCallback extends Callback {
    void happened(Pointer connection, Pointer domain, int iteration, Pointer token);
  }

  /** {@code virConnectDomainEventJobCompletedCallback}. */
  interface JobCompletedCallback extends Callback {
    void happened(Pointer connection, Pointer domain, Pointer params, int count, Pointer token);
  }

  /**
   * Negative for an error, else the number of the registration.
   *
   * @param domain null for all domains of the host
   * @param token given to the callback; never followed
   * @param free called when the token is needed no more; null when there is nothing to free
   */
  int virConnectDomainEventRegisterAny(
      Pointer connection,
      @Nullable Pointer domain,
      int event,
      Callback callback,
      Pointer token,
      @Nullable Callback free);

  int virConnectDomainEventDeregisterAny(Pointer connection, int registration);

  /** Asks nobody; the buffer takes 36 characters and a zero. */
  int virDomainGetUUIDString(Pointer domain, byte[] buffer);

  int virGetLastErrorCode();

  int virGetLastErrorDomain();

  String virGetLastErrorMessage();
}
