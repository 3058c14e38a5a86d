package dev.virtferry.libvirt;

/**
 * One run of a domain on a host, from its start, or its arrival, to its end.
 *
 * @param id the number that the host gave to it ({@code virDomainGetID}): the next start gets
 *     another, until the host's daemon is started anew and counts from its running domains on
 * @param cpuMillis the processor time that its QEMU has used ({@code virDomainGetInfo}); 0 where it
 *     is not known
 */
public record DomainRun(int id, long cpuMillis) {

  /** Whether this may be what became of a run that was seen before. */
  public boolean continues(DomainRun before) {
    return id == before.id && (cpuMillis == 0 || cpuMillis >= before.cpuMillis);
  }
}
