package dev.virtferry;

import dev.virtferry.host.Inventory;
import dev.virtferry.libvirt.DomainControl;
import dev.virtferry.libvirt.DomainJobs;
import dev.virtferry.libvirt.DomainQueries;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.client.LibvirtConnections;
import dev.virtferry.libvirt.client.LibvirtControl;
import dev.virtferry.libvirt.client.LibvirtJobs;
import dev.virtferry.libvirt.client.LibvirtQueries;
import dev.virtferry.libvirt.client.LibvirtStorage;
import dev.virtferry.time.Timepiece;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** Starts the service. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class VirtFerryApplication {

  /** As the JVM exits with {@code -XX:+ExitOnOutOfMemoryError}. */
  private static final int OUT_OF_MEMORY = 3;

  public static void main(String[] args) {
    CommandLine.answer(List.of(args), System.out, System.err).ifPresent(System::exit);
    Thread.setDefaultUncaughtExceptionHandler(VirtFerryApplication::ended);
    // JNA reads it when it loads; without it names of domains would be read as US-ASCII.
    System.setProperty("jna.encoding", "UTF-8");
    SpringApplication.run(VirtFerryApplication.class, args);
  }

  /**
   * To the log, where a flood is summed up; a library's threads end with what they can't handle.
   */
  private static void ended(Thread thread, Throwable failure) {
    // Without memory not even a line can be written, and a server without its threads is dead.
    if (failure instanceof OutOfMemoryError) {
      Runtime.getRuntime().halt(OUT_OF_MEMORY);
    }
    LoggerFactory.getLogger(VirtFerryApplication.class)
        .error("{} ended", thread.getName(), failure);
  }

  /** Milliseconds are what the API shows and what every database keeps. */
  @Bean
  Clock clock() {
    return Clock.tick(Clock.systemUTC(), Duration.ofMillis(1));
  }

  @Bean
  Timepiece timepiece(Clock clock) {
    return Timepiece.of(clock);
  }

  /** Lazy, so that tests with hosts of their own need no libvirt. */
  @Bean
  @Lazy
  LibvirtConnections connections() {
    return new LibvirtConnections();
  }

  @Bean
  Hypervisor hypervisor(
      LibvirtConnections connections,
      Inventory inventory,
      @Value("${ferry.qemu-monitor:false}") boolean qemuMonitor,
      MeterRegistry meters) {
    Set<String> hosts = inventory.names();
    var queries = new LibvirtQueries(connections, qemuMonitor);
    return new Hypervisor(
        MeasuredCalls.of(DomainQueries.class, queries, hosts, meters),
        MeasuredCalls.of(DomainJobs.class, new LibvirtJobs(connections), hosts, meters),
        MeasuredCalls.of(DomainControl.class, new LibvirtControl(connections), hosts, meters));
  }

  @Bean
  Storage storage(LibvirtConnections connections, Inventory inventory, MeterRegistry meters) {
    return MeasuredCalls.of(
        Storage.class, new LibvirtStorage(connections), inventory.names(), meters);
  }

  @Bean
  MeterBinder connectionGauges(Inventory inventory) {
    return meters ->
        inventory
            .all()
            .forEach(host ->
                Gauge.builder(
                        "ferry.libvirt.connections", host.address(), LibvirtConnections::openTo)
                    .description("Connections to libvirt that are open, idle ones included")
                    .tag("host", host.name())
                    .strongReference(true)
                    .register(meters));
  }
}
