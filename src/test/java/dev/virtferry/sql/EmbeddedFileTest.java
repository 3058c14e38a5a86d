package dev.virtferry.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.virtferry.BesideOthers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@BesideOthers
class EmbeddedFileTest {

  @TempDir Path directory = Path.of("target");

  private String url() {
    return "jdbc:h2:file:%s/data/ferry;TRACE_LEVEL_FILE=0;DB_CLOSE_ON_EXIT=FALSE"
        .formatted(directory);
  }

  private EmbeddedFile file() {
    return EmbeddedFile.of(url()).orElseThrow();
  }

  private Path path() {
    return directory.resolve("data/ferry.mv.db");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private void fill() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url(), "sa", "");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "create table flyway_schema_history as"
              + " select x, random_uuid() as u from system_range(1, 9999)");
    }
  }

  @Test
  void whatIsNewIsItsOwnersAlone() throws IOException, SQLException {
    file().makePrivate();
    fill();
    assertThat(mode(directory.resolve("data"))).isEqualTo("rwx------");
    assertThat(mode(path())).isEqualTo("rw-------");
    file().requireWhole("sa", "");
  }

  @Test
  void whatWasThereIsNarrowed() throws IOException, SQLException {
    Files.createDirectory(directory.resolve("data"));
    fill();
    Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-rw-r--"));
    Path beside = Files.createFile(directory.resolve("data/ferry.trace.db"));
    file().makePrivate();
    assertThat(mode(path())).isEqualTo("rw-------");
    assertThat(mode(beside)).isEqualTo("rw-------");
  }

  @Test
  void aDirectoryThatOthersMayUseTooStaysAsItIs() throws IOException {
    Path shared = Files.createDirectory(directory.resolve("data"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    file().makePrivate();
    assertThat(mode(shared)).isEqualTo("rwxr-xr-x");
  }

  enum Damage {
    NOISE,
    NOISE_IN_FRONT,
    ZEROS,
    A_TEXT;

    byte[] of(byte[] whole) {
      return switch (this) {
        case NOISE -> noise(whole.length);
        case NOISE_IN_FRONT -> {
          System.arraycopy(noise(8192), 0, whole, 0, 8192);
          yield whole;
        }
        case ZEROS -> new byte[whole.length];
        case A_TEXT -> new byte[] {'o', 'o', 'p', 's'};
      };
    }

    private static byte[] noise(int length) {
      var noise = new byte[length];
      new Random(20261128).nextBytes(noise);
      return noise;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedFileIsNamedAndNotTouched(Damage damage) throws IOException, SQLException {
    file().makePrivate();
    fill();
    byte[] damaged = damage.of(Files.readAllBytes(path()));
    Files.write(path(), damaged);
    assertThatThrownBy(() -> file().requireWhole("sa", ""))
        .isInstanceOf(DatabaseDamaged.class)
        .hasMessageContaining("ferry.mv.db is damaged: ");
    assertThat(Files.readAllBytes(path())).isEqualTo(damaged);
  }

  /** H2 goes back to the newest state that it can read, and the oldest is an empty database. */
  @Test
  void aFileOfWhichOnlyTheBeginningCanBeReadIsDamaged() throws IOException, SQLException {
    file().makePrivate();
    DriverManager.getConnection(url(), "sa", "").close();
    Files.write(path(), Damage.noise(128 * 1024), StandardOpenOption.APPEND);
    assertThatThrownBy(() -> file().requireWhole("sa", ""))
        .isInstanceOf(DatabaseDamaged.class)
        .hasMessageContaining("nothing of virt-ferry can be read in it");
  }

  @Test
  void theFileOfAStartThatWasKilledEarlyIsNoDamage() throws SQLException {
    file().makePrivate();
    DriverManager.getConnection(url(), "sa", "").close();
    file().requireWhole("sa", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:mem:x;MODE=PostgreSQL",
        "jdbc:h2:tcp://db/x",
        "jdbc:postgresql://db/ferry",
        "",
      })
  void otherDatabasesHaveNoFileHere(String url) {
    assertThat(EmbeddedFile.of(url)).isEmpty();
  }

  @Test
  void namesAreFoundAsH2FindsThem() {
    assertThat(EmbeddedFile.of("jdbc:h2:./data/x;MODE=PostgreSQL").orElseThrow().name())
        .isEqualTo(Path.of("data/x").toAbsolutePath());
    assertThat(EmbeddedFile.of("jdbc:h2:~/x").orElseThrow().name())
        .isEqualTo(Path.of(System.getProperty("user.home"), "x"));
  }
}
