package dev.virtferry.libvirt;

import java.util.List;
import java.util.UUID;

/**
 * The files that a domain of a host names: in the definition that it runs with, in the one that it
 * starts with the next time, and in those of its snapshots.
 *
 * @param listeners where it listens now; none while it does not run
 */
public record DomainFiles(UUID domain, List<NamedFile> files, List<Need.Listener> listeners) {

  public DomainFiles {
    files = List.copyOf(files);
    listeners = List.copyOf(listeners);
  }
}
