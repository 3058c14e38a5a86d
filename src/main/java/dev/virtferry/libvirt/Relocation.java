package dev.virtferry.libvirt;

import java.util.Map;

/**
 * Where a domain's files are at the destination, as far as that is elsewhere.
 *
 * @param disks the file of each disk that moves, by disk target
 * @param files the path of what else goes by another name, such as NVRAM, by its path at the source
 */
public record Relocation(Map<String, String> disks, Map<String, String> files) {

  public Relocation {
    disks = Map.copyOf(disks);
    files = Map.copyOf(files);
  }

  public boolean isEmpty() {
    return disks.isEmpty() && files.isEmpty();
  }
}
