package dev.virtferry.libvirt;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a definition says at the destination of a domain's files, as far as that is something else.
 *
 * @param disks what becomes of the image of each disk of which something else is said, by disk
 *     target
 * @param files the path of what else goes by another name, such as NVRAM, by its path at the source
 */
public record Relocation(Map<String, Copy> disks, Map<String, String> files) {

  public Relocation {
    disks = Map.copyOf(disks);
    files = Map.copyOf(files);
  }

  /**
   * An image that is copied. What is beneath it there, and where it keeps its data, is for the
   * destination to read from the image itself.
   *
   * @param names of the image at the source, as {@link DiskImage#location}: a disk that has another
   *     one in the definition keeps it; empty for whichever it has
   * @param place the path of the copy; null where that is the same
   */
  public record Copy(List<String> names, @Nullable String place) {

    public Copy {
      names = List.copyOf(names);
    }
  }

  public boolean isEmpty() {
    return disks.isEmpty() && files.isEmpty();
  }
}
