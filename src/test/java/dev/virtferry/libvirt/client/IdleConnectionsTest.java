package dev.virtferry.libvirt.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdleConnectionsTest {

  private final Set<String> dead = new HashSet<>();
  private final List<String> ended = new ArrayList<>();
  private final IdleConnections<String> idle =
      new IdleConnections<>(2, connection -> !dead.contains(connection), ended::add);

  @Test
  void lendsTheLastOneUsedFirst() {
    idle.giveBack("a");
    idle.giveBack("b");
    assertThat(idle.take()).isEqualTo("b");
    assertThat(idle.take()).isEqualTo("a");
    assertThat(idle.take()).isNull();
    assertThat(ended).isEmpty();
  }

  @Test
  void keepsNoDeadOneAndNoneTooMany() {
    dead.add("a");
    idle.giveBack("a");
    idle.giveBack("b");
    idle.giveBack("c");
    idle.giveBack("d");
    assertThat(ended).containsExactly("a", "d");
    dead.add("c");
    assertThat(idle.take()).isEqualTo("b");
    assertThat(ended).containsExactly("a", "d", "c");
  }

  @Test
  void endsAllWhenOneWasSeenToBreakAndGoesOn() {
    idle.giveBack("a");
    idle.giveBack("b");
    idle.closeAll();
    assertThat(ended).containsExactlyInAnyOrder("a", "b");
    idle.giveBack("c");
    assertThat(idle.take()).isEqualTo("c");
  }

  @Test
  void keepsNoneOnceItIsClosed() {
    idle.close();
    idle.giveBack("a");
    assertThat(ended).containsExactly("a");
    assertThat(idle.take()).isNull();
  }
}
