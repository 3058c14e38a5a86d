package dev.virtferry.host.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainCondition;
import dev.virtferry.libvirt.DomainDisk;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A domain as a client sees it. Sizes are in bytes. */
@Schema(name = "Domain")
@JsonInclude(JsonInclude.Include.ALWAYS)
record DomainResponse(
    @Schema(example = "web-01") String name,
    UUID uuid,
    DomainCondition state,
    @Schema(description = "Whether the host keeps its definition when it stops.")
        boolean persistent,
    @Schema(description = "In the order of its definition.") List<Disk> disks) {

  /** A disk and whether it can be copied. */
  @Schema(name = "DomainDisk")
  record Disk(
      @Schema(example = "vda") String target,
      @Schema(description = "disk, lun, cdrom or floppy.", example = "disk") String device,
      @Schema(example = "virtio") String bus,
      @Schema(
              description = "Path, device or name; null when there is no medium.",
              example = "/srv/web-01-vda.qcow2")
          @Nullable String source,
      @Schema(description = "Null when there is no medium.", example = "qcow2")
          @Nullable String format,
      @Schema(description = "The size that the guest sees; null when unknown.")
          @Nullable Long capacityBytes,
      @Schema(description = "What its image takes on the host; null when unknown.")
          @Nullable Long allocationBytes,
      boolean readOnly,
      boolean shareable,
      @Schema(description = "Whether every host sees it, so that it need not be copied.")
          boolean shared,
      @Schema(description = "Whether a migration can name it in disks.") boolean copyable,
      @Schema(description = "Why it can't be copied; null when it can.") @Nullable String reason) {

    static Disk of(DomainDisk disk, boolean shared, @Nullable String whyNot) {
      DiskImage image = disk.image();
      return new Disk(
          disk.target(),
          disk.device(),
          disk.bus(),
          image == null ? null : image.location(),
          image == null ? null : image.format(),
          known(disk.capacityBytes()),
          known(disk.allocationBytes()),
          disk.readOnly(),
          disk.shareable(),
          shared,
          whyNot == null,
          whyNot);
    }

    private static @Nullable Long known(long bytes) {
      return bytes == 0 ? null : Long.valueOf(bytes);
    }
  }
}
