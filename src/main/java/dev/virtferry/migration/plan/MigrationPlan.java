package dev.virtferry.migration.plan;

import dev.virtferry.disk.DestinationImage;
import dev.virtferry.disk.DiskChoice;
import dev.virtferry.disk.VolumePlan;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.migration.MigrationSpec;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Refused;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a migration would do, from a look at both live hosts.
 *
 * @param disks every disk of the domain
 * @param images what stands at the place of each copy, by disk target
 * @param checks what was looked at
 * @param problems what is in the way; empty when nothing is
 * @param spec what was asked, with what it left open decided
 * @param transfer what would be carried out
 * @param call what libvirt would be given; null when something is in the way
 */
public record MigrationPlan(
    Host source,
    Host destination,
    List<DiskChoice> disks,
    Map<String, DestinationImage> images,
    List<Check> checks,
    List<Problem> problems,
    MigrationSpec spec,
    TransferPlan transfer,
    @Nullable MigrateCall call) {

  private static final long MIB = 1024 * 1024;

  /** One thing that was looked at. */
  public record Check(Subject subject, Outcome outcome, String detail) {

    /** What was looked at. */
    public enum Subject {
      /** The source answers; its versions. */
      SOURCE,
      /** The destination answers; its versions. */
      DESTINATION,
      /** Source and destination are two hypervisors. */
      TWO_HOSTS,
      /** libvirt can migrate the domain as it is. */
      DOMAIN,
      /** The destination has no domain of that name or UUID. */
      NAME_AND_UUID,
      /** No other domain has a file or socket that the guest opens besides its disks. */
      FILES,
      /**
       * The destination has what else the domain needs there: secrets, networks, a TPM emulator,
       * free ports, files.
       */
      NEEDS,
      /** The destination knows the machine type. */
      MACHINE_TYPE,
      /** The destination can show the guest its CPU. */
      CPU,
      /** The named disks can be copied, and none is left behind. */
      DISKS,
      /** The copies have a place at the destination. */
      STORAGE,
      /** The definition for the next start has the disks that the guest has now; if one goes. */
      NEXT_START,
      /** The options are known to both hosts. */
      OPTIONS
    }

    /** How it looked. */
    public enum Outcome {
      PASSED,
      FAILED,
      /** It can't be told before; libvirt will tell. */
      UNKNOWN
    }
  }

  /**
   * What libvirt would be given.
   *
   * @throws Refused with the first problem when something is in the way
   */
  public MigrateCall requirePossible() {
    if (call == null) {
      throw new Refused(problems.getFirst());
    }
    return call;
  }

  public boolean possible() {
    return problems.isEmpty();
  }

  /** What the disk streams will carry at least, in bytes. */
  public long bytesToCopy() {
    return transfer.disks().stream().mapToLong(VolumePlan::bytesToCopy).sum();
  }

  /**
   * How long it takes at least when every stream has its bandwidth to itself, in seconds; null
   * without a bandwidth. Disks are copied side by side, the memory after them.
   */
  public @Nullable Long estimateSeconds() {
    Long bandwidth = spec.options().rates().bandwidthMiBps();
    if (bandwidth == null) {
      return null;
    }
    long largest = transfer.disks().stream().mapToLong(VolumePlan::bytesToCopy).max().orElse(0);
    long perSecond = bandwidth * MIB;
    return Math.ceilDiv(largest, perSecond)
        + Math.ceilDiv(transfer.guest().memoryBytes(), perSecond);
  }
}
