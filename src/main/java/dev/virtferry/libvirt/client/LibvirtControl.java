package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.client.DomainLookup.withDomain;

import dev.virtferry.libvirt.Checkpoint;
import dev.virtferry.libvirt.DomainControl;
import dev.virtferry.libvirt.HostAddress;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** {@link DomainControl} on libvirt-java. Native calls are made on platform threads only. */
public final class LibvirtControl implements DomainControl {

  private final LibvirtConnections connections;

  public LibvirtControl(LibvirtConnections connections) {
    this.connections = connections;
  }

  @Override
  public void suspend(HostAddress host, UUID domain) {
    tellGuest(host, domain, Domain::suspend);
  }

  @Override
  public void resume(HostAddress host, UUID domain) {
    tellGuest(host, domain, Domain::resume);
  }

  @Override
  public void destroy(HostAddress host, UUID domain) {
    tell(host, domain, Domain::destroy);
  }

  @Override
  public void undefine(HostAddress host, UUID domain) {
    connections.tell(
        host,
        connect -> {
          int kept = UndefineFlag.knownTo(connect.getLibVersion());
          return withDomain(
              connect,
              domain.toString(),
              found -> {
                found.undefine(kept);
                return true;
              });
        });
  }

  @Override
  public void redefineCheckpoint(HostAddress host, UUID domain, Checkpoint checkpoint) {
    connections.followGuest(
        host,
        domain,
        LibvirtConnections.GUEST_LIMIT,
        connect ->
            given(
                connect, domain, found -> DomainCheckpoints.redefine(connect, found, checkpoint)));
  }

  @Override
  public void forgetCheckpoints(HostAddress host, UUID domain, Set<String> names) {
    tell(host, domain, found -> DomainCheckpoints.forget(found, names));
  }

  @Override
  public void setAutostart(HostAddress host, UUID domain, boolean autostart) {
    tell(host, domain, found -> found.setAutostart(autostart));
  }

  private interface Command {
    void give(Domain domain) throws LibvirtException;
  }

  private void tell(HostAddress host, UUID domain, Command command) {
    connections.tell(host, connect -> given(connect, domain, command));
  }

  private void tellGuest(HostAddress host, UUID domain, Command command) {
    connections.followGuest(
        host, domain, LibvirtConnections.GUEST_LIMIT, connect -> given(connect, domain, command));
  }

  private static Optional<Boolean> given(PooledConnect connect, UUID domain, Command command)
      throws LibvirtException {
    return withDomain(
        connect,
        domain.toString(),
        found -> {
          command.give(found);
          return true;
        });
  }
}
