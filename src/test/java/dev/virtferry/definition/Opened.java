package dev.virtferry.definition;

import dev.virtferry.definition.WrittenDisk.Slice;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * An image as QEMU opens it.
 *
 * @param device whether it is a block device
 * @param format by libvirt's word; that of an encrypted raw one is luks in QEMU
 * @param slice the part that is the image; null for all of it
 */
record Opened(
    String path, boolean device, String format, @Nullable Slice slice, boolean encrypted) {

  private static final JsonMapper JSON = new JsonMapper();

  /** The id of the secret that QEMU's tools need to be given for encrypted ones. */
  static final String KEY = "key";

  /** What QEMU's tools take in the place of a file name. */
  String words() {
    return "json:" + JSON.writeValueAsString(node());
  }

  private Map<String, Object> node() {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("driver", encrypted && format.equals("raw") ? "luks" : format);
    if (encrypted && format.equals("raw")) {
      node.put("key-secret", KEY);
    } else if (encrypted) {
      node.put("encrypt", Map.of("format", "luks", "key-secret", KEY));
    }
    node.put("file", slice == null ? file() : part(slice));
    return node;
  }

  private Map<String, Object> part(Slice slice) {
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("driver", "raw");
    part.put("offset", slice.offset());
    part.put("size", slice.size());
    part.put("file", file());
    return part;
  }

  private Map<String, Object> file() {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("driver", device ? "host_device" : "file");
    file.put("filename", path);
    return file;
  }
}
