package dev.virtferry;

import org.springframework.boot.ExitCodeGenerator;

/** Something is configured that virt-ferry does not know; the message names it. */
final class InvalidSetting extends RuntimeException implements ExitCodeGenerator {

  private static final long serialVersionUID = 1L;

  InvalidSetting(String message) {
    super(message);
  }

  @Override
  public int getExitCode() {
    return CommandLine.NOT_UNDERSTOOD;
  }
}
