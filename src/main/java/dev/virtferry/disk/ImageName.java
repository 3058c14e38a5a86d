package dev.virtferry.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.libvirt.HostPath;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A name that an image has, the same for everybody who means it.
 *
 * @param host where it is; null where every host sees it
 * @param path normalised
 */
public record ImageName(@Nullable String host, String path) {

  public ImageName {
    path = HostPath.of(path).toString();
  }

  /** Whether some of them mean what some of the others do, or a part of it. */
  static boolean meet(Collection<ImageName> some, Collection<ImageName> others) {
    return some.stream().anyMatch(one -> others.stream().anyMatch(one::meets));
  }

  /** Whether a change of the one changes the other. */
  private boolean meets(ImageName other) {
    return equals(other)
        || (Objects.equals(host, other.host)
            && (Partitions.isPart(path, other.path) || Partitions.isPart(other.path, path)));
  }

  /** The same for equal names and for no others, and never long: SHA-256 in hexadecimal. */
  public String key() {
    try {
      byte[] text = ((host == null ? "" : host) + ":" + path).getBytes(UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }
}
