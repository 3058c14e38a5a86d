package dev.virtferry.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class AdminTokenTest {

  @TempDir Path directory = Path.of("target");
  private Path file = Path.of("target");

  @BeforeEach
  void inAFolderThatIsNotThereYet() {
    file = directory.resolve("data/admin-token");
  }

  @Test
  void isMadeForItsOwnerAloneAndNeverLogged(CapturedOutput output) throws IOException {
    AccessProperties.Token made = AdminToken.in(file);
    String token = Files.readString(file).strip();
    assertThat(made.sha256()).isEqualTo(BearerToken.sha256(token));
    assertThat(made.role()).isEqualTo(Role.ADMIN);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(output).contains(file.toString()).doesNotContain(token);
  }

  @Test
  void isTheSameAfterARestart() {
    assertThat(AdminToken.in(file)).isEqualTo(AdminToken.in(file));
  }

  @Test
  void isAnotherOneInEachFolder() {
    assertThat(AdminToken.in(file).sha256())
        .isNotEqualTo(AdminToken.in(directory.resolve("other")).sha256());
  }

  @Test
  void stopsTheStartWhereItCannotBeKept() throws IOException {
    Files.createFile(directory.resolve("data"));
    assertThatThrownBy(() -> AdminToken.in(file))
        .isInstanceOf(InvalidAccessConfiguration.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void stopsTheStartWhereTheFileIsEmpty() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Files.writeString(file, "\n");
    assertThatThrownBy(() -> AdminToken.in(file))
        .isInstanceOf(InvalidAccessConfiguration.class)
        .hasMessageContaining("empty");
  }
}
