package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.ErrorDomain;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.LibvirtFailure;
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

  /** {@code block-job-set-speed} for the copy of a disk; libvirt names such a job by its alias. */
  static MonitorCommand setSpeed(String alias, long mibPerSecond) {
    Map<String, Object> arguments =
        Map.of("device", "drive-" + alias, "speed", Math.multiplyExact(mibPerSecond, MIB));
    return new MonitorCommand(
        JSON.writeValueAsString(Map.of("execute", "block-job-set-speed", "arguments", arguments)));
  }

  /**
   * Reads the answer.
   *
   * @throws LibvirtFailure with QEMU's words when it is an error
   */
  void requireTaken(String answer) {
    JsonNode error = JSON.readTree(answer).get("error");
    if (error != null) {
      throw new LibvirtFailure(
          ErrorNumber.OPERATION_FAILED, ErrorDomain.QEMU, error.path("desc").asString());
    }
  }
}
