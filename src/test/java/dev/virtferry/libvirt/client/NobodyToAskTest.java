package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Pointer;
import dev.virtferry.libvirt.client.PooledConnect.NobodyToAsk;
import org.junit.jupiter.api.Test;
import org.libvirt.jna.virConnectCredential;

class NobodyToAskTest {

  @Test
  void handsOverNoMemoryThatLibvirtWouldFree() {
    var wanted = new virConnectCredential();
    wanted.write();
    assertThat(NobodyToAsk.INSTANCE.authCallback(wanted, 1, Pointer.NULL)).isEqualTo(-1);
    wanted.read();
    assertThat(wanted.result).isNull();
  }
}
