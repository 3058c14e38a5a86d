package dev.virtferry.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a caller may name as a destination. Every string of {@link #hostile} would make the source's
 * daemon run a program, open a socket, read a file or dial somewhere, or only looks as if it named
 * a host.
 */
class PeerUriTest {

  private static final Inventory INVENTORY =
      new Inventory(
          new HostProperties(
              List.of(
                  new HostProperties.Row("kvm-b", "qemu+tls://kvm-b/system", null, null, null),
                  new HostProperties.Row(
                      "kvm-c", "qemu:///system", "qemu+tcp://10.0.0.3:16000/system", null, null),
                  new HostProperties.Row(
                      "kvm-d", "qemu:///system", "qemu+tls://[fd00::4]/system", null, null)),
              List.of("tls", "tcp")));

  @ParameterizedTest
  @CsvSource({
    "qemu+tls://kvm-b/system, kvm-b",
    "qemu+tls://kvm-b:16514/system, kvm-b",
    "QEMU+TLS://KVM-B/system, kvm-b",
    "Qemu+Tls://Kvm-B:16514/system, kvm-b",
    "qemu+tcp://10.0.0.3:16000/system, kvm-c",
    "qemu+tls://[fd00::4]/system, kvm-d",
    "qemu+tls://[FD00::4]:16514/system, kvm-d",
  })
  void findsTheRowThatIsMeant(String destUri, String name) {
    assertThat(INVENTORY.destination(destUri)).map(Host::name).contains(name);
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void refusesEverythingElse(String destUri) {
    assertThat(INVENTORY.destination(destUri)).isEmpty();
  }

  static Stream<String> hostile() {
    return Stream.of(
        // Transports that run a program on the source host.
        "qemu+ext://kvm-b/system?command=/tmp/x.sh",
        "qemu+ext://kvm-b/system",
        "QEMU+ext://kvm-b/system",
        "QEMU+EXT://kvm-b/system",
        "qemu+EXT://kvm-b/system?COMMAND=/tmp/x.sh",
        "qemu+ssh://kvm-b/system",
        "qemu+ssh://kvm-b/system?command=/tmp/x.sh",
        "qemu+ssh://kvm-b/system?socket=;reboot;",
        "QEMU+SSH://kvm-b/system?netcat=/tmp/x.sh",
        "qemu+libssh://kvm-b/system",
        "qemu+libssh2://kvm-b/system?keyfile=/root/.ssh/id",
        "qemu+unix://kvm-b/system?socket=/tmp/s",
        "qemu+unix:///system",
        "qemu+tcp+ext://kvm-b/system",
        // Other drivers.
        "test+ext://kvm-b/system?command=/tmp/x.sh",
        "test+tls://kvm-b/system",
        "test:///default",
        "remote+ext://kvm-b/system?command=/tmp/x.sh",
        "remote+tls://kvm-b/system",
        "lxc+ssh://kvm-b/system",
        "lxc+tls://kvm-b/system",
        "xen+tls://kvm-b/system",
        "vbox+tls://kvm-b/session",
        "esx://kvm-b/",
        "bhyve+tls://kvm-b/system",
        // No transport, or none that is one.
        "qemu:///system",
        "qemu://kvm-b/system",
        "qemu+://kvm-b/system",
        "+tls://kvm-b/system",
        "tls://kvm-b/system",
        "http://kvm-b/system",
        "file:///etc/passwd",
        "qemu+tlsx://kvm-b/system",
        "qqemu+tls://kvm-b/system",
        "qemu-tls://kvm-b/system",
        "qemu+t\u0131s://kvm-b/system",
        "q\u0435mu+tls://kvm-b/system",
        // Parameters, even harmless or empty ones.
        "qemu+tls://kvm-b/system?",
        "qemu+tls://kvm-b/system?command=/tmp/x.sh",
        "qemu+tls://kvm-b/system?socket=/tmp/s",
        "qemu+tls://kvm-b/system?netcat=nc",
        "qemu+tls://kvm-b/system?keyfile=/root/.ssh/id",
        "qemu+tls://kvm-b/system?pkipath=/tmp/pki",
        "qemu+tls://kvm-b/system?no_verify=1",
        "qemu+tls://kvm-b/system?no_tty=1",
        "qemu+tls://kvm-b/system?name=qemu:///system",
        "qemu+tls://kvm-b/system?tls_priority=NONE",
        "qemu+tls://kvm-b/system?a=b&c=d",
        "qemu+tls://kvm-b?command=/tmp/x.sh",
        "qemu+tls://kvm-b/?/system",
        // Users and fragments.
        "qemu+tls://root@kvm-b/system",
        "qemu+tls://root:secret@kvm-b/system",
        "qemu+tls://@kvm-b/system",
        "qemu+tls://kvm-b@evil/system",
        "qemu+tls://evil#@kvm-b/system",
        "qemu+tls://kvm-b/system#",
        "qemu+tls://kvm-b/system#x",
        "qemu+tls://kvm-b#/system",
        // Paths.
        "qemu+tls://kvm-b/session",
        "qemu+tls://kvm-b/SYSTEM",
        "qemu+tls://kvm-b/System",
        "qemu+tls://kvm-b/system/",
        "qemu+tls://kvm-b//system",
        "qemu+tls://kvm-b/./system",
        "qemu+tls://kvm-b/x/../system",
        "qemu+tls://kvm-b/",
        "qemu+tls://kvm-b",
        "qemu+tls://kvm-b/system/../session",
        "qemu+tls://kvm-b/embed?root=/tmp",
        // Encoded characters.
        "qemu+tls://kvm%2Db/system",
        "qemu+tls://%6bvm-b/system",
        "qemu+tls://kvm-b/%73ystem",
        "qemu+tls://kvm-b/system%3Fcommand=/tmp/x.sh",
        "qemu+tls://kvm-b%00/system",
        "qemu%2Btls://kvm-b/system",
        "qemu+tls:%2F%2Fkvm-b/system",
        // Hosts that are not, or not quite, in the inventory.
        "qemu+tls://kvm-a/system",
        "qemu+tls://kvm-b./system",
        "qemu+tls://kvm-b../system",
        "qemu+tls://.kvm-b/system",
        "qemu+tls://kvm-b.example/system",
        "qemu+tls:///system",
        "qemu+tls://-kvm-b/system",
        "qemu+tls://-oProxyCommand=x/system",
        "qemu+tls://kvm-b,kvm-c/system",
        "qemu+tls://kvm-b;reboot/system",
        "qemu+tls://$(reboot)/system",
        "qemu+tls://`reboot`/system",
        "qemu+tls://kvm-b\\@evil/system",
        "qemu+tls://\uff4bvm-b/system",
        "qemu+tls://\u212Avm-b/system",
        "qemu+tls://127.0.0.1/system",
        "qemu+tls://localhost/system",
        "qemu+tls://2130706433/system",
        "qemu+tls://0x7f.1/system",
        // IPv6 forms.
        "qemu+tls://[::1]/system",
        "qemu+tls://[fd00::4%25eth0]/system",
        "qemu+tls://[fd00::4%eth0]/system",
        "qemu+tls://[fd00:0::4]/system",
        "qemu+tls://[fd00::0004]/system",
        "qemu+tls://[::ffff:10.0.0.3]/system",
        "qemu+tls://fd00::4/system",
        "qemu+tls://[fd00::4/system",
        "qemu+tls://[]/system",
        "qemu+tls://[v1.x]/system",
        "qemu+tls://[kvm-b]/system",
        // Ports.
        "qemu+tls://kvm-b:/system",
        "qemu+tls://kvm-b:0/system",
        "qemu+tls://kvm-b:16509/system",
        "qemu+tls://kvm-b:016514/system",
        "qemu+tls://kvm-b:+16514/system",
        "qemu+tls://kvm-b:-1/system",
        "qemu+tls://kvm-b:65536/system",
        "qemu+tls://kvm-b:99999999999999999999/system",
        "qemu+tls://kvm-b:16514:16514/system",
        "qemu+tls://kvm-b:\u0661\u0666\u0665\u0661\u0664/system",
        "qemu+tcp://10.0.0.3/system",
        "qemu+tcp://kvm-b/system",
        // White space and control characters.
        "",
        " ",
        " qemu+tls://kvm-b/system",
        "qemu+tls://kvm-b/system ",
        "qemu+tls://kvm-b/system\n",
        "qemu+tls://kvm-b/system\r\nqemu+ext://x/system",
        "qemu+tls://kvm-b\n/system",
        "qemu+tls://kvm-b\t/system",
        "qemu+tls://kvm-b\u0000/system",
        "qemu+tls://kvm-b/system\u0000?command=/tmp/x.sh",
        "qemu+tls://kvm-b\u200b/system",
        "\ufeffqemu+tls://kvm-b/system",
        "qemu+tls://kvm-b\u0085/system",
        // Far too long.
        "qemu+tls://" + "a".repeat(10_000) + "/system",
        "qemu+tls://kvm-b/system" + "?".repeat(10_000),
        "qemu+tls://kvm-b:" + "1".repeat(10_000) + "/system");
  }
}
