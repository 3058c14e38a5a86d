package dev.virtferry.libvirt;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The typed parameters that virt-ferry sends with {@code virDomainMigrateToURI3}, in the order in
 * which they are sent. The call, the command that plans show, the check of hosts' versions and the
 * table in the README follow this one list.
 */
public enum MigrateParameter {
  /** {@code VIR_MIGRATE_PARAM_MIGRATE_DISKS}. */
  MIGRATE_DISKS(
      "migrate_disks",
      Type.STRING,
      1_002_017,
      "--migrate-disks",
      "A disk that is copied; one for each."),
  /** {@code VIR_MIGRATE_PARAM_MIGRATE_DISKS_DETECT_ZEROES}. */
  DETECT_ZEROES(
      "migrate_disks_detect_zeroes",
      Type.STRING,
      10_009_000,
      "--migrate-disks-detect-zeroes",
      "A disk whose zeroes are not written; one for each."),
  /** {@code VIR_MIGRATE_PARAM_URI}. */
  MIGRATE_URI(
      "migrate_uri",
      Type.STRING,
      1_001_000,
      "--migrateuri",
      "Where the memory goes; of the inventory."),
  /** {@code VIR_MIGRATE_PARAM_DISKS_URI}. */
  DISKS_URI(
      "disks_uri", Type.STRING, 6_008_000, "--disks-uri", "Where the disks go; of the inventory."),
  /** {@code VIR_MIGRATE_PARAM_BANDWIDTH}. */
  BANDWIDTH(
      "bandwidth",
      Type.ULLONG,
      1_001_000,
      "--bandwidth",
      "The most that each stream carries, in MiB/s."),
  /** {@code VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY}. */
  BANDWIDTH_POSTCOPY(
      "bandwidth.postcopy",
      Type.ULLONG,
      5_001_000,
      "--postcopy-bandwidth",
      "The most that post-copy carries, in MiB/s."),
  /** {@code VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL}. */
  AUTO_CONVERGE_INITIAL(
      "auto_converge.initial",
      Type.INT,
      2_000_000,
      "--auto-converge-initial",
      "How much the guest is slowed down at first, in percent."),
  /** {@code VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT}. */
  AUTO_CONVERGE_INCREMENT(
      "auto_converge.increment",
      Type.INT,
      2_000_000,
      "--auto-converge-increment",
      "How much more each time, in percent."),
  /** {@code VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS}. */
  PARALLEL_CONNECTIONS(
      "parallel.connections",
      Type.INT,
      5_002_000,
      "--parallel-connections",
      "How many connections carry the memory."),
  /** {@code VIR_MIGRATE_PARAM_COMPRESSION}. */
  COMPRESSION(
      "compression",
      Type.STRING,
      1_003_004,
      "--comp-methods",
      "A method that compresses memory; one for each."),
  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_MT_LEVEL}. */
  COMPRESSION_MT_LEVEL(
      "compression.mt.level",
      Type.INT,
      1_003_004,
      "--comp-mt-level",
      "How hard `mt` tries, 0 to 9."),
  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_MT_THREADS}. */
  COMPRESSION_MT_THREADS(
      "compression.mt.threads",
      Type.INT,
      1_003_004,
      "--comp-mt-threads",
      "Threads of `mt` at the source."),
  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_MT_DTHREADS}. */
  COMPRESSION_MT_DTHREADS(
      "compression.mt.dthreads",
      Type.INT,
      1_003_004,
      "--comp-mt-dthreads",
      "Threads of `mt` at the destination."),
  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE}. */
  COMPRESSION_XBZRLE_CACHE(
      "compression.xbzrle.cache",
      Type.ULLONG,
      1_003_004,
      "--comp-xbzrle-cache",
      "Bytes that `xbzrle` remembers."),
  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_ZLIB_LEVEL}. */
  COMPRESSION_ZLIB_LEVEL(
      "compression.zlib.level",
      Type.INT,
      9_004_000,
      "--comp-zlib-level",
      "How hard `zlib` tries, 0 to 9."),
  /** {@code VIR_MIGRATE_PARAM_COMPRESSION_ZSTD_LEVEL}. */
  COMPRESSION_ZSTD_LEVEL(
      "compression.zstd.level",
      Type.INT,
      9_004_000,
      "--comp-zstd-level",
      "How hard `zstd` tries, 0 to 20."),
  /** {@code VIR_MIGRATE_PARAM_TLS_DESTINATION}. */
  TLS_DESTINATION(
      "tls.destination",
      Type.STRING,
      6_000_000,
      "--tls-destination",
      "The name in the destination's certificate."),
  /** {@code VIR_MIGRATE_PARAM_DEST_NAME}. */
  DESTINATION_NAME(
      "destination_name",
      Type.STRING,
      1_001_000,
      "--dname",
      "The domain's name at the destination."),
  /** {@code VIR_MIGRATE_PARAM_LISTEN_ADDRESS}. */
  LISTEN_ADDRESS(
      "listen_address",
      Type.STRING,
      1_001_004,
      "--listen-address",
      "Where the destination listens."),
  /** {@code VIR_MIGRATE_PARAM_DISKS_PORT}. */
  DISKS_PORT(
      "disks_port", Type.INT, 1_003_003, "--disks-port", "The destination's port for the disks."),
  /** {@code VIR_MIGRATE_PARAM_DEST_XML}. */
  DESTINATION_XML(
      "destination_xml",
      Type.STRING,
      1_001_000,
      "--xml",
      "The running domain's definition, where a disk or file has another path.",
      ".xml"),
  /** {@code VIR_MIGRATE_PARAM_PERSIST_XML}. */
  PERSISTENT_XML(
      "persistent_xml",
      Type.STRING,
      1_003_004,
      "--persistent-xml",
      "The kept definition, where a disk or file has another path.",
      "-persistent.xml");

  private final String nativeName;
  private final Type type;
  private final long since;
  private final String virsh;
  private final String meaning;
  private final @Nullable String fileEnding;

  MigrateParameter(String nativeName, Type type, long since, String virsh, String meaning) {
    this(nativeName, type, since, virsh, meaning, null);
  }

  MigrateParameter(
      String nativeName,
      Type type,
      long since,
      String virsh,
      String meaning,
      @Nullable String fileEnding) {
    this.nativeName = nativeName;
    this.type = type;
    this.since = since;
    this.virsh = virsh;
    this.meaning = meaning;
    this.fileEnding = fileEnding;
  }

  /** libvirt's types that these parameters have. */
  public enum Type {
    /** {@code VIR_TYPED_PARAM_INT}; an Integer. */
    INT,
    /** {@code VIR_TYPED_PARAM_ULLONG}; a Long. */
    ULLONG,
    /** {@code VIR_TYPED_PARAM_STRING}; a String. */
    STRING;

    private TypedValue of(Object plain) {
      return switch (this) {
        case INT -> new TypedValue.Int((Integer) plain);
        case ULLONG -> new TypedValue.ULLong((Long) plain);
        case STRING -> new TypedValue.Text((String) plain);
      };
    }
  }

  /** How libvirt calls it, such as {@code migrate_disks}. */
  public String nativeName() {
    return nativeName;
  }

  public Type type() {
    return type;
  }

  /** The first version of libvirt that has it, as in {@link HostFacts}. */
  public long since() {
    return since;
  }

  /** The option of {@code virsh migrate} that gives it, such as {@code --bandwidth}. */
  public String virsh() {
    return virsh;
  }

  /**
   * The ending, behind the domain's name, of a file that virsh reads the value from; empty where it
   * takes the value itself.
   */
  public Optional<String> fileEnding() {
    return Optional.ofNullable(fileEnding);
  }

  /** What it says, as a sentence in Markdown. */
  public String meaning() {
    return meaning;
  }

  /**
   * A value of it in its type.
   *
   * @throws ClassCastException when {@code plain} is none of {@link #type}
   */
  public TypedValue value(Object plain) {
    return type.of(plain);
  }
}
