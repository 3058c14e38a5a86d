package dev.virtferry.migration.run;

import dev.virtferry.libvirt.BlockJob;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.migration.TransferPlan;
import dev.virtferry.migration.Tuning;
import dev.virtferry.migration.Tuning.Reach;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Gives a running job another bandwidth. */
@Component
public final class BandwidthTuner {

  private final Hypervisor hypervisor;
  private final SteeringProperties properties;

  public BandwidthTuner(Hypervisor hypervisor, SteeringProperties properties) {
    this.hypervisor = hypervisor;
    this.properties = properties;
  }

  /**
   * Sets the bandwidth of memory and disk copies. It is read back from the copies: libvirt returns
   * without an error where it leaves them as they are.
   *
   * @param mibPerSecond for each stream
   * @return empty when not all copies have begun yet, or the domain was started anew, so that its
   *     job is not ours
   * @throws dev.virtferry.libvirt.LibvirtFailure when libvirt refuses, as without a job
   */
  public Optional<Tuning> tune(HostAddress source, TransferPlan transfer, long mibPerSecond) {
    UUID domain = transfer.guest().uuid();
    if (copies(source, transfer).size() < transfer.targets().size()
        || transfer.guest().startedAnew(hypervisor.jobs().condition(source, domain).run())) {
      return Optional.empty();
    }
    hypervisor.jobs().setBandwidth(source, domain, mibPerSecond);
    boolean everywhere = copiesHave(mibPerSecond, source, transfer);
    if (!everywhere && properties.qemuMonitor()) {
      hypervisor.jobs().setCopyBandwidth(source, domain, transfer.targets(), mibPerSecond);
      everywhere = copiesHave(mibPerSecond, source, transfer);
    }
    return Optional.of(everywhere ? everyStream(mibPerSecond) : memoryOnly(mibPerSecond));
  }

  private boolean copiesHave(long mibPerSecond, HostAddress source, TransferPlan transfer) {
    return copies(source, transfer).values().stream()
        .allMatch(copy -> copy.bandwidthMiBps() == mibPerSecond);
  }

  private Map<String, BlockJob> copies(HostAddress source, TransferPlan transfer) {
    return hypervisor.jobs().blockJobs(source, transfer.guest().uuid(), transfer.targets());
  }

  private static Tuning everyStream(long mibPerSecond) {
    return new Tuning(
        mibPerSecond,
        Reach.EVERY_STREAM,
        String.format(
            Locale.ROOT, "Each disk copy and the memory go at up to %d MiB/s.", mibPerSecond));
  }

  private Tuning memoryOnly(long mibPerSecond) {
    String why =
        properties.qemuMonitor()
            ? "QEMU did not take it for every disk copy."
            : "This libvirt does not change disk copies that run; with ferry.qemu-monitor,"
                + " virt-ferry asks QEMU itself.";
    return new Tuning(
        mibPerSecond,
        Reach.MEMORY_ONLY,
        String.format(
            Locale.ROOT,
            "The memory goes at up to %d MiB/s, disk copies as before. %s",
            mibPerSecond,
            why));
  }
}
