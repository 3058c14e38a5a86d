package dev.virtferry.migration.options;

import dev.virtferry.problem.Problem;
import java.util.ArrayList;
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
    XBZRLE(false),
    MT(false),
    ZLIB(true),
    ZSTD(true);

    private final boolean ofParallelStreams;

    Method(boolean ofParallelStreams) {
      this.ofParallelStreams = ofParallelStreams;
    }

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
      @Nullable Integer zstd) {

    /** libvirt's defaults. */
    public static final Levels NONE = new Levels(null, null, null, null, null, null);
  }

  /** Which methods do not go with each other, or with as many streams as there are. */
  List<Problem> problems(boolean parallel) {
    List<Problem> found = new ArrayList<>();
    for (int i = 0; i < methods.size(); i++) {
      Method method = methods.get(i);
      String pointer = "compression/methods/" + i;
      if (methods.subList(0, i).contains(method)) {
        found.add(MigrationOptions.refusal(pointer, method + " is named twice; name it once."));
      }
      if (method.ofParallelStreams != parallel) {
        found.add(MigrationOptions.refusal(pointer, misfit(method)));
      }
    }
    return found;
  }

  private static String misfit(Method method) {
    return method.ofParallelStreams
        ? method + " needs options.parallelConnections; add it, or use XBZRLE."
        : method + " does not go with options.parallelConnections; use ZLIB or ZSTD.";
  }
}
