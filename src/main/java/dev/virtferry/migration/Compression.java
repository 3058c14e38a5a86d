package dev.virtferry.migration;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How memory is compressed on its way ({@code VIR_MIGRATE_COMPRESSED}).
 *
 * @param methods at least one, in the caller's order ({@code VIR_MIGRATE_PARAM_COMPRESSION})
 * @param levels how hard; null for libvirt's defaults
 */
public record Compression(List<Method> methods, @Nullable Levels levels) {

  public Compression {
    methods = List.copyOf(methods);
  }

  /** A way to compress; MT, ZLIB and ZSTD differ in what they cost, XBZRLE sends differences. */
  public enum Method {
    XBZRLE,
    MT,
    ZLIB,
    ZSTD;

    /** As libvirt spells it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * How hard each method tries.
   *
   * @param mt 0 (none) to 9 ({@code VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL})
   * @param mtThreads at the source ({@code VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS})
   * @param mtDecompressionThreads at the destination ({@code
   *     VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS})
   * @param xbzrleCacheBytes ({@code VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE})
   * @param zlib 0 to 9 ({@code VIR_MIGRATE_PARAM_COMPRESSION_ZLIB_LEVEL})
   * @param zstd 0 to 20 ({@code VIR_MIGRATE_PARAM_COMPRESSION_ZSTD_LEVEL})
   */
  public record Levels(
      @Nullable Integer mt,
      @Nullable Integer mtThreads,
      @Nullable Integer mtDecompressionThreads,
      @Nullable Long xbzrleCacheBytes,
      @Nullable Integer zlib,
      @Nullable Integer zstd) {}
}
