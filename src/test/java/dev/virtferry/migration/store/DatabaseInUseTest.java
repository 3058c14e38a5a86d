package dev.virtferry.migration.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class DatabaseInUseTest {

  @Test
  void saysWhatToDoWhenAnotherProcessHasTheFile() {
    var cause = new SQLException("Database may be already in use", "90020", 90020);
    assertThat(new DatabaseInUse().analyze(new IllegalStateException("outer", cause)))
        .satisfies(words -> {
          assertThat(words).isNotNull();
          assertThat(words.getDescription()).contains("Another virt-ferry");
          assertThat(words.getAction()).contains("PostgreSQL");
        });
  }

  @Test
  void leavesOtherFailuresToOthers() {
    assertThat(new DatabaseInUse().analyze(new SQLException("x", "1", 1))).isNull();
    assertThat(new DatabaseInUse().analyze(new IllegalStateException())).isNull();
  }
}
