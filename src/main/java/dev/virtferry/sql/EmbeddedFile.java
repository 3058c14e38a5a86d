package dev.virtferry.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that H2 keeps everything in, which is nobody else's business: tokens' owners, names of
 * guests and paths of disks are in it.
 *
 * @param url as it is configured
 * @param name of the database; H2 adds {@code .mv.db}
 */
record EmbeddedFile(String url, Path name) {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedFile.class);

  private static final Pattern URL = Pattern.compile("jdbc:h2:(?:file:)?(?<name>[^:;]+)(?:;.*)?");

  /** Where everything is that nobody configured otherwise; so this directory is ours. */
  private static final Path DATA = Path.of("data").toAbsolutePath();

  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

  /** A file that holds no more than this may be of a first start that was killed. */
  private static final long NEARLY_NEW_BYTES = 64 * 1024;

  private static final String TABLES =
      "select count(*) from information_schema.tables"
          + " where lower(table_name) = 'flyway_schema_history'";

  /** Empty for a database that is in memory, or another process. */
  static Optional<EmbeddedFile> of(String url) {
    Matcher file = URL.matcher(url);
    return file.matches()
        ? Optional.of(new EmbeddedFile(url, name(file.group("name"))))
        : Optional.empty();
  }

  private static Path name(String given) {
    return Path.of(
            given.replaceFirst(
                "^~(?=/)", Matcher.quoteReplacement(System.getProperty("user.home"))))
        .toAbsolutePath()
        .normalize();
  }

  private Path directory() {
    return name.resolveSibling("");
  }

  private Path file() {
    return name.resolveSibling(name.getFileName() + ".mv.db");
  }

  /**
   * Makes the directory with mode 0700 and the file with mode 0600, whatever the umask is, or
   * narrows what is there. A directory that is there, and is not {@code ./data}, stays as it is.
   */
  void makePrivate() {
    try {
      makeDirectoryPrivate();
      if (!Files.exists(file())) {
        Files.createFile(file(), attribute(FILE));
      }
      narrowFiles();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void makeDirectoryPrivate() throws IOException {
    if (!Files.exists(directory())) {
      Files.createDirectories(directory(), attribute(DIRECTORY));
    } else if (directory().equals(DATA)) {
      narrow(directory(), DIRECTORY);
    }
  }

  /** H2 has files beside it while it works, and may have died with them. */
  private void narrowFiles() throws IOException {
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(directory(), name.getFileName() + ".*db")) {
      for (Path one : all) {
        narrow(one, FILE);
      }
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> attribute(Set<PosixFilePermission> mode) {
    return PosixFilePermissions.asFileAttribute(mode);
  }

  private static void narrow(Path path, Set<PosixFilePermission> mode) throws IOException {
    if (Files.getPosixFilePermissions(path).equals(mode)) {
      return;
    }
    try {
      Files.setPosixFilePermissions(path, mode);
    } catch (IOException e) {
      // A volume's root belongs to whoever made the volume.
      log.warn(
          "{} should be {} and can't be made so: {}", path, PosixFilePermissions.toString(mode), e);
    }
  }

  /**
   * Looks into it without changing it. H2 takes a file whose newest part is damaged for an older
   * one, and one without a readable part for a new one, which it writes over.
   *
   * @throws DatabaseDamaged when it can't be read, or when nothing is left in it
   * @throws SQLException when another process has it
   */
  void requireWhole(String user, String password) throws SQLException {
    long bytes = size();
    if (bytes == 0) {
      return;
    }
    try (Connection connection =
            DriverManager.getConnection(url + ";ACCESS_MODE_DATA=r", user, password);
        Statement statement = connection.createStatement();
        ResultSet tables = statement.executeQuery(TABLES)) {
      if (tables.next() && tables.getInt(1) == 0 && bytes > NEARLY_NEW_BYTES) {
        throw new DatabaseDamaged(file(), "nothing of virt-ferry can be read in it", null);
      }
    } catch (SQLException e) {
      FileFailure failure = FileFailure.of(e).orElse(null);
      if (failure == FileFailure.IN_USE) {
        throw e;
      }
      if (failure != null) {
        throw new DatabaseDamaged(file(), "H2 can't read it", e);
      }
      // Whoever opens it to write is told the same.
      log.debug("No look into {}", file(), e);
    }
  }

  private long size() {
    try {
      return Files.size(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
