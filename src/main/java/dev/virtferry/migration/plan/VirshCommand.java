package dev.virtferry.migration.plan;

import static java.util.stream.Collectors.joining;

import dev.virtferry.host.Host;
import dev.virtferry.libvirt.MigrateCall;
import dev.virtferry.libvirt.MigrateFlag;
import dev.virtferry.libvirt.TypedParameters;
import dev.virtferry.libvirt.TypedValue;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A call to libvirt in the words of virsh, for people who want to know or to do it by hand. */
public final class VirshCommand {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private VirshCommand() {}

  /**
   * One line for a shell. Where the call carries definitions, they are read from files in the
   * working directory.
   */
  public static String of(MigrateCall call, String domain, Host source) {
    List<String> words = new ArrayList<>(List.of("virsh", "-c", source.peerUri(), "migrate"));
    call.flags().stream().map(VirshCommand::option).forEach(words::add);
    TypedParameters parameters = call.parameters();
    joined(words, "--migrate-disks", parameters.getAll(CallMapping.MIGRATE_DISKS));
    joined(words, "--migrate-disks-detect-zeroes", parameters.getAll(CallMapping.DETECT_ZEROES));
    one(words, "--migrateuri", parameters, CallMapping.MIGRATE_URI);
    one(words, "--disks-uri", parameters, CallMapping.DISKS_URI);
    one(words, "--bandwidth", parameters, MigrateCall.BANDWIDTH);
    one(words, "--postcopy-bandwidth", parameters, CallMapping.BANDWIDTH_POSTCOPY);
    one(words, "--auto-converge-initial", parameters, CallMapping.AUTO_CONVERGE_INITIAL);
    one(words, "--auto-converge-increment", parameters, CallMapping.AUTO_CONVERGE_INCREMENT);
    one(words, "--parallel-connections", parameters, CallMapping.PARALLEL_CONNECTIONS);
    joined(words, "--comp-methods", parameters.getAll(CallMapping.COMPRESSION));
    one(words, "--comp-mt-level", parameters, CallMapping.COMPRESSION_MT_LEVEL);
    one(words, "--comp-mt-threads", parameters, CallMapping.COMPRESSION_MT_THREADS);
    one(words, "--comp-mt-dthreads", parameters, CallMapping.COMPRESSION_MT_DTHREADS);
    one(words, "--comp-xbzrle-cache", parameters, CallMapping.COMPRESSION_XBZRLE_CACHE);
    one(words, "--comp-zlib-level", parameters, CallMapping.COMPRESSION_ZLIB_LEVEL);
    one(words, "--comp-zstd-level", parameters, CallMapping.COMPRESSION_ZSTD_LEVEL);
    one(words, "--tls-destination", parameters, CallMapping.TLS_DESTINATION);
    one(words, "--dname", parameters, CallMapping.DESTINATION_NAME);
    one(words, "--listen-address", parameters, CallMapping.LISTEN_ADDRESS);
    one(words, "--disks-port", parameters, CallMapping.DISKS_PORT);
    if (parameters.get(CallMapping.DESTINATION_XML).isPresent()) {
      words.addAll(List.of("--xml", domain + ".xml"));
    }
    if (parameters.get(CallMapping.PERSISTENT_XML).isPresent()) {
      words.addAll(List.of("--persistent-xml", domain + "-persistent.xml"));
    }
    words.addAll(List.of("--domain", domain, "--desturi", call.destination()));
    return words.stream().map(VirshCommand::quoted).collect(joining(" "));
  }

  private static String option(MigrateFlag flag) {
    return switch (flag) {
      case LIVE -> "--live";
      case PEER2PEER -> "--p2p";
      case PERSIST_DEST -> "--persistent";
      case UNDEFINE_SOURCE -> "--undefinesource";
      case PAUSED -> "--suspend";
      case NON_SHARED_DISK -> "--copy-storage-all";
      case NON_SHARED_INC -> "--copy-storage-inc";
      case COMPRESSED -> "--compressed";
      case ABORT_ON_ERROR -> "--abort-on-error";
      case AUTO_CONVERGE -> "--auto-converge";
      case POSTCOPY -> "--postcopy";
      case POSTCOPY_RESUME -> "--postcopy-resume";
      case TLS -> "--tls";
      case PARALLEL -> "--parallel";
      case NON_SHARED_SYNCHRONOUS_WRITES -> "--copy-storage-synchronous-writes";
      case ZEROCOPY -> "--zerocopy";
    };
  }

  /** virsh takes a list with commas, and makes one parameter of each. */
  private static void joined(List<String> words, String option, List<TypedValue> values) {
    if (!values.isEmpty()) {
      words.add(option);
      words.add(values.stream().map(value -> value.value().toString()).collect(joining(",")));
    }
  }

  private static void one(
      List<String> words, String option, TypedParameters parameters, String name) {
    parameters
        .get(name)
        .ifPresent(value -> words.addAll(List.of(option, value.value().toString())));
  }

  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
