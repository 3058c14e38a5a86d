package dev.virtferry.migration.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A retry is known again by the version that comes next, which has more fields. */
class FingerprintTest {

  @Test
  void isOfWhatTheRequestSays() throws Exception {
    var request =
        new MigrationRequest(
            "web", "qemu+tls://kvm-b/system", List.of("vda"), null, null, null, 5, null, null);
    String said =
        "{\"destUri\":\"qemu+tls://kvm-b/system\",\"disks\":[\"vda\"],\"domain\":\"web\",\"priority\":5}";
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(said.getBytes(UTF_8));
    assertThat(Fingerprint.of(request)).isEqualTo(HexFormat.of().formatHex(digest));
  }
}
