package dev.virtferry.disk;

import dev.virtferry.disk.DiskChoice.Action;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which disks are copied.
 *
 * @param choices every disk of the domain, in the order of its definition
 * @param chosen those that are copied, in the order in which libvirt will be told
 * @param staying those that are not, and that nobody said every host sees: the destination has to
 *     have them too
 * @param problems why the wish can't be met; empty when it can
 */
public record Selection(
    List<DiskChoice> choices,
    List<DomainDisk> chosen,
    List<DomainDisk> staying,
    List<Problem> problems) {

  /**
   * What nobody can tell of the disks that the guest writes and that stay behind: a sentence for
   * each, by disk target. It tells of the source alone.
   */
  public Map<String, String> doubts() {
    Map<String, String> doubts = new LinkedHashMap<>();
    for (DiskChoice choice : choices) {
      @Nullable DiskImage image = choice.disk().image();
      if (choice.action() == Action.SKIPPED && choice.disk().isWritten() && image != null) {
        doubts.put(choice.disk().target(), doubt(choice.disk(), image));
      }
    }
    return doubts;
  }

  private static String doubt(DomainDisk disk, DiskImage image) {
    String name = "%s (%s)".formatted(disk.target(), image.location());
    String remedy =
        disk.shareable()
            ? "tell ferry.shared-paths if every host sees it"
            : "name it in disks, or tell ferry.shared-paths that every host sees it";
    return switch (image.type().nature()) {
      case LOCAL_FILE, POOLED ->
          ("Whether %s is on storage that both hosts see can't be told, and libvirt refuses the"
                  + " migration unless it finds that it is: %s")
              .formatted(name, remedy);
      case LOCAL_DEVICE, SHARED ->
          "Whether %s is one device on both hosts can't be told, and libvirt takes it for one: %s"
              .formatted(name, remedy);
      case EXTERNAL ->
          ("Whether the destination has what %s is served by can't be told, and the guest goes on"
                  + " with that there")
              .formatted(name);
      case PART_OF_HOST, NOT_COPYABLE ->
          "Whether libvirt moves a guest with %s can't be told, and it is not copied"
              .formatted(name);
    };
  }
}
