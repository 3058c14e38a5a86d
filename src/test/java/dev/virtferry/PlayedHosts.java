package dev.virtferry;

import dev.virtferry.libvirt.FakeHypervisor;
import dev.virtferry.libvirt.FakeStorage;
import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Storage;
import org.springframework.test.context.bean.override.convention.TestBean;

/** A test of the whole service on hosts that it plays itself. */
public abstract class PlayedHosts {

  @TestBean private Hypervisor hypervisor;
  @TestBean private Storage storage;

  static Hypervisor hypervisor() {
    return new FakeHypervisor().ports();
  }

  static Storage storage() {
    return new FakeStorage();
  }

  protected final FakeHypervisor hosts() {
    return (FakeHypervisor) hypervisor.queries();
  }

  protected final FakeStorage volumes() {
    return (FakeStorage) storage;
  }
}
