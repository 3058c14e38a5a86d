package dev.virtferry.migration.web;

import dev.virtferry.migration.options.LimitAction;
import dev.virtferry.migration.options.Timeout;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.jspecify.annotations.Nullable;

/** How long it may take. */
@Schema(name = "MigrationRequestTimeout")
record TimeoutRequest(
    @Schema(description = "From libvirt's call on.", example = "3600")
        @NotNull(message = "is missing; give it in seconds")
        @Min(value = 1, message = "is less than 1 s")
        @Max(value = 604_800, message = "is more than 604800 s")
        Long seconds,
    @Schema(
            description =
                "What happens then: CANCEL ends the migration as FAILED; SUSPEND pauses the guest"
                    + " at the source so that the copy comes to its end; POST_COPY, with the option"
                    + " postCopy, lets it go on at the destination once memory is copied.",
            defaultValue = "CANCEL",
            example = "CANCEL")
        @Nullable LimitAction action) {

  Timeout toTimeout() {
    return new Timeout(seconds, action == null ? LimitAction.CANCEL : action);
  }
}
