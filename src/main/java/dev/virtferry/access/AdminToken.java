package dev.virtferry.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.virtferry.access.AccessProperties.Token;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The token of a service that nobody configured: made at the first start, kept in a file. */
final class AdminToken {

  private static final Logger log = LoggerFactory.getLogger(AdminToken.class);

  private AdminToken() {}

  /**
   * What the file stands for; made when it is not there, readable for its owner alone.
   *
   * @throws InvalidAccessConfiguration when it can't be made or read
   */
  static Token in(Path file) {
    try {
      make(file);
      String token = read(file);
      log.info(
          "Nobody is configured in ferry.access, so the API takes the token in {} (role admin)",
          file.toAbsolutePath());
      return new Token("admin", BearerToken.sha256(token), Role.ADMIN, null, null, null);
    } catch (IOException e) {
      throw new InvalidAccessConfiguration(
          "The admin token can't be kept in %s: %s".formatted(file.toAbsolutePath(), e));
    }
  }

  private static String read(Path file) throws IOException {
    String token = Files.readString(file, US_ASCII).strip();
    if (token.isEmpty()) {
      throw new InvalidAccessConfiguration(
          "%s is empty; delete it, and the next start makes a token".formatted(file));
    }
    return token;
  }

  private static void makeDirectory(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private static void make(Path file) throws IOException {
    makeDirectory(file);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel =
        Files.newByteChannel(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      channel.write(US_ASCII.encode(BearerToken.random() + "\n"));
    } catch (FileAlreadyExistsException e) {
      log.debug("{} is kept from an earlier start", file, e);
    }
  }
}
