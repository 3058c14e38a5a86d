package dev.virtferry.migration.web;

import dev.virtferry.migration.options.Compression;
import dev.virtferry.migration.options.Compression.Method;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How memory is compressed. */
@Schema(name = "MigrationRequestCompression")
record CompressionRequest(
    @Schema(
            description = "XBZRLE and MT for a single connection, ZLIB and ZSTD for parallel ones.",
            example = "[\"XBZRLE\"]")
        @NotEmpty(message = "is missing or empty; name a method")
        @Size(max = 4, message = "names more than 4 methods")
        List<@NotNull(message = "is null; name a method") Method> methods,
    @Valid @Nullable Levels levels) {

  Compression toCompression() {
    return new Compression(methods, levels == null ? null : levels.toLevels());
  }

  /** How hard each method tries; libvirt's defaults when absent. */
  @Schema(name = "MigrationRequestCompressionLevels")
  record Levels(
      @Schema(description = "Of MT.", example = "1")
          @Nullable
          @Min(value = 0, message = "is less than 0")
          @Max(value = 9, message = "is more than 9")
          Integer mt,
      @Schema(description = "Of MT, at the source.", example = "8")
          @Nullable
          @Min(value = 1, message = "is less than 1")
          @Max(value = 255, message = "is more than 255")
          Integer mtThreads,
      @Schema(description = "Of MT, at the destination.", example = "2")
          @Nullable
          @Min(value = 1, message = "is less than 1")
          @Max(value = 255, message = "is more than 255")
          Integer mtDecompressionThreads,
      @Schema(description = "Bytes that XBZRLE remembers.", example = "67108864")
          @Nullable
          @Min(value = 4096, message = "is less than 4096 bytes")
          Long xbzrleCacheBytes,
      @Schema(description = "Of ZLIB.", example = "1")
          @Nullable
          @Min(value = 0, message = "is less than 0")
          @Max(value = 9, message = "is more than 9")
          Integer zlib,
      @Schema(description = "Of ZSTD.", example = "1")
          @Nullable
          @Min(value = 0, message = "is less than 0")
          @Max(value = 20, message = "is more than 20")
          Integer zstd) {

    Compression.Levels toLevels() {
      return new Compression.Levels(
          mt, mtThreads, mtDecompressionThreads, xbzrleCacheBytes, zlib, zstd);
    }
  }
}
