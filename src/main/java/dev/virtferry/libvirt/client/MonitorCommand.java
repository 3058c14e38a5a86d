package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.LibvirtFailure;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A command for QEMU's own monitor.
 *
 * @param json in QEMU's machine protocol
 */
record MonitorCommand(String json) {

  private static final JsonMapper JSON = new JsonMapper();
  private static final long MIB = 1024 * 1024;

  /** Changes nothing; tells of a migration, and of what bars one. */
  static final MonitorCommand QUERY_MIGRATE = new MonitorCommand("{\"execute\":\"query-migrate\"}");

  /** {@code block-job-set-speed} for the copy of a disk; libvirt names such a job by its alias. */
  static MonitorCommand setSpeed(String alias, long mibPerSecond) {
    Map<String, Object> arguments =
        Map.of("device", "drive-" + alias, "speed", Math.multiplyExact(mibPerSecond, MIB));
    return new MonitorCommand(
        JSON.writeValueAsString(Map.of("execute", "block-job-set-speed", "arguments", arguments)));
  }

  /** Why QEMU would not migrate the domain, as {@link #QUERY_MIGRATE} tells since QEMU 6.0. */
  static List<String> blockedReasons(String answer) {
    return JSON.readTree(answer)
        .path("return")
        .path("blocked-reasons")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  /**
   * The answer, where it is none that the command failed.
   *
   * @throws LibvirtFailure with QEMU's words when it is an error
   */
  String taken(String answer) {
    JsonNode error = JSON.readTree(answer).get("error");
    if (error != null) {
      throw new LibvirtFailure(
          ErrorNumber.OPERATION_FAILED, ErrorDomain.QEMU, error.path("desc").asString());
    }
    return answer;
  }
}
