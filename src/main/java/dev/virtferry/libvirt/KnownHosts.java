package dev.virtferry.libvirt;

import java.util.List;

/** The hosts that virt-ferry may ask. */
@FunctionalInterface
public interface KnownHosts {

  List<HostAddress> addresses();
}
