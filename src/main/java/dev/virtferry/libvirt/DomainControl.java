package dev.virtferry.libvirt;

import java.util.Set;
import java.util.UUID;

/**
 * What a domain is told on one of its hosts.
 *
 * <p>Every call returns within a few seconds, or throws {@link HostUnreachable}. A refusal by
 * libvirt is a {@link LibvirtFailure}.
 */
public interface DomainControl {

  /** Pauses a running domain ({@code virDomainSuspend}); the job of its migration goes on. */
  void suspend(HostAddress host, UUID domain);

  /** Lets a paused domain run ({@code virDomainResume}). */
  void resume(HostAddress host, UUID domain);

  /** Ends a domain at once, as if its plug were pulled ({@code virDomainDestroy}). */
  void destroy(HostAddress host, UUID domain);

  /**
   * Removes the definition of a stopped domain, and nothing else: its NVRAM and the state of its
   * TPM stay ({@code virDomainUndefineFlags}).
   *
   * @throws LibvirtFailure also when the domain has a saved state, snapshots or checkpoints
   */
  void undefine(HostAddress host, UUID domain);

  /**
   * Makes a checkpoint known again whose bitmaps are in the domain's images, where its parent is
   * known and the domain runs ({@code virDomainCheckpointCreateXML}).
   *
   * @throws LibvirtFailure also when a bitmap is missing or broken; libvirt before 6.10 does not
   *     look
   */
  void redefineCheckpoint(HostAddress host, UUID domain, Checkpoint checkpoint);

  /**
   * Makes checkpoints unknown and leaves their bitmaps ({@code virDomainCheckpointDelete}); one
   * that is not known is no failure.
   */
  void forgetCheckpoints(HostAddress host, UUID domain, Set<String> names);

  /** {@code virDomainSetAutostart}. */
  void setAutostart(HostAddress host, UUID domain, boolean autostart);
}
