package dev.virtferry.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class UnopenedDatabaseTest {

  private final UnopenedDatabase words = new UnopenedDatabase();

  @Test
  void saysWhatToDoWhenAnotherProcessHasTheFile() {
    var cause = new SQLException("Database may be already in use", "90020", 90020);
    assertThat(words.analyze(new IllegalStateException("outer", cause)))
        .satisfies(said -> {
          assertThat(said).isNotNull();
          assertThat(said.getDescription()).contains("Another virt-ferry");
          assertThat(said.getAction()).contains("PostgreSQL");
        });
  }

  @Test
  void namesAFileThatIsDamaged() {
    var cause = new DatabaseDamaged(Path.of("/x/virt-ferry.mv.db"), "H2 can't read it", null);
    assertThat(words.analyze(new IllegalStateException("outer", cause)))
        .satisfies(said -> {
          assertThat(said).isNotNull();
          assertThat(said.getDescription())
              .isEqualTo("The database /x/virt-ferry.mv.db is damaged: H2 can't read it.");
          assertThat(said.getAction()).contains("docs/runbook.md");
        });
  }

  @Test
  void saysWhatTheDiskSaidWhenNothingCanBeWritten() {
    var full = new SQLException("General error", "HY000", 50000, new Exception("No space left"));
    assertThat(words.analyze(full))
        .satisfies(said -> {
          assertThat(said).isNotNull();
          assertThat(said.getDescription()).contains("can't be written: No space left.");
        });
  }

  @Test
  void leavesOtherFailuresToOthers() {
    assertThat(words.analyze(new SQLException("x", "1", 1))).isNull();
    assertThat(words.analyze(new IllegalStateException())).isNull();
  }
}
