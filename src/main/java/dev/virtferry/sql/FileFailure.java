package dev.virtferry.sql;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;

/**
 * How H2 says that it can't use its file. It closes the database at the first write that fails, and
 * what was opened before stays closed; only a new connection opens the file again.
 */
enum FileFailure {
  /** Its word for a write that failed, such as on a disk that is full. */
  GENERAL(50_000),
  IN_USE(90_020),
  IO(90_028),
  DAMAGED(90_030),
  IO_OF_A_FILE(90_031),
  CLOSED(90_098),
  CLOSING(90_121);

  private final int code;

  FileFailure(int code) {
    this.code = code;
  }

  /** Empty for all other failures, and for those of other databases, whose codes are smaller. */
  static Optional<FileFailure> of(SQLException failure) {
    return Arrays.stream(values()).filter(one -> one.code == failure.getErrorCode()).findFirst();
  }
}
