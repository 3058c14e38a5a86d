package dev.virtferry.migration.web;

import static java.util.stream.Collectors.toMap;

import dev.virtferry.disk.CopyMode;
import dev.virtferry.disk.VolumeWish;
import dev.virtferry.http.TargetKey;
import dev.virtferry.migration.MigrationDefaults;
import dev.virtferry.migration.MigrationSpec;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;

/** What a client sends to have a domain migrated. */
@Schema(name = "MigrationRequest")
record MigrationRequest(
    @Schema(description = "Name or UUID of the running domain.", example = "web-01")
        @NotBlank(message = "is missing or empty; name the domain")
        @Size(max = 255, message = "has more than 255 characters")
        String domain,
    @Schema(
            description = "The destination by the peer-uri that the inventory has for it.",
            example = "qemu+tls://kvm-b/system")
        @NotBlank(message = "is missing or empty; name the destination")
        @Size(max = 512, message = "has more than 512 characters")
        String destUri,
    @Schema(
            description =
                "Disk targets to copy; these and no others go through the storage stream. Absent: no"
                    + " storage is copied, unless copy is given.",
            example = "[\"vda\", \"vdb\"]")
        @Nullable
        @Size(max = 1000, message = "names more than 1000 disks")
        List<
                @NotNull(message = "is null; name a disk target")
                @Size(max = 80, message = "has more than 80 characters") String>
            disks,
    @Schema(
            description =
                "How to copy: FULL, the default where disks are named, or INCREMENTAL, only the"
                    + " disk's own layer. Without disks it selects every disk that can be copied.")
        @Nullable CopyMode copy,
    @Schema(
            description =
                "Copied disks that go to another pool or name than they have on the source, by disk"
                    + " target.")
        @Nullable
        @JsonDeserialize(keyUsing = TargetKey.class)
        @Size(max = 1000, message = "names more than 1000 disks")
        Map<
                @Size(max = 80, message = "has more than 80 characters") String,
                @NotNull(message = "is null; name a pool") @Valid Volume>
            volumes,
    @Schema(
            description = "Name of the host that runs the domain; needed when several do.",
            example = "kvm-a")
        @Nullable
        @Size(max = 255, message = "has more than 255 characters")
        String source,
    @Schema(
            description = "Which leaves the queue first: 0 to 9, the highest first.",
            defaultValue = "5",
            example = "5")
        @Nullable
        @Min(value = 0, message = "is less than 0")
        @Max(value = 9, message = "is more than 9")
        Integer priority,
    @Schema(
            description =
                "Told of each change of state by a signed POST; only places that the operator allows.",
            example = "https://control.example/hooks/ferry")
        @Nullable
        @Size(max = 2000, message = "has more than 2000 characters")
        String callbackUrl,
    @Valid @Nullable OptionsRequest options) {

  private static final int DEFAULT_PRIORITY = 5;

  /** Where a copied disk goes. */
  @Schema(name = "MigrationRequestVolume")
  record Volume(
      @Schema(description = "An active pool of the destination.", example = "images")
          @NotBlank(message = "is missing or empty; name a pool of the destination")
          @Size(max = 255, message = "has more than 255 characters")
          String pool,
      @Schema(
              description = "The volume's name there; that of the source when absent.",
              example = "web-01-root.qcow2")
          @Nullable
          @Size(max = 255, message = "has more than 255 characters")
          @Pattern(
              regexp = "(?!\\.{1,2}$)[^/\\p{Cntrl}]+",
              message = "is no name of a volume: it must not be empty, . or .., or have a slash")
          String name) {}

  /** Empty fields are filled in; callbackUrl has been looked at before. */
  MigrationSpec toSpec(MigrationDefaults defaults) {
    return new MigrationSpec(
        domain,
        destUri,
        disks,
        copy,
        places(),
        source,
        priority == null ? DEFAULT_PRIORITY : priority,
        (options == null ? OptionsRequest.NONE : options).toOptions(defaults),
        callbackUrl == null ? null : URI.create(callbackUrl));
  }

  private Map<String, VolumeWish> places() {
    return volumes == null
        ? Map.of()
        : volumes.entrySet().stream()
            .collect(
                toMap(
                    Map.Entry::getKey,
                    e -> new VolumeWish(e.getValue().pool(), e.getValue().name())));
  }
}
