package dev.virtferry.disk;

import dev.virtferry.libvirt.Hypervisor;
import dev.virtferry.libvirt.Storage;
import java.util.List;

/** What looks at disks, as the service has it, for tests without one. No path is shared. */
public final class Disks {

  private static final SharedStorage SHARED = new SharedStorage(new DiskProperties(List.of()));

  private Disks() {}

  public static DiskSelection selection() {
    return new DiskSelection(SHARED);
  }

  public static DestinationVolumes volumes(Storage storage, Hypervisor hypervisor) {
    return new DestinationVolumes(storage, files(storage, hypervisor), SHARED);
  }

  public static VolumeRemoval removal(Storage storage, Hypervisor hypervisor) {
    return new VolumeRemoval(storage, files(storage, hypervisor));
  }

  private static FilesInUse files(Storage storage, Hypervisor hypervisor) {
    return new FilesInUse(hypervisor, storage, SHARED, List::of);
  }

  public static BackingContent content(Storage storage) {
    return new BackingContent(storage);
  }
}
