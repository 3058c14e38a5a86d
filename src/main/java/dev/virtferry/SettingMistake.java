package dev.virtferry;

/** Something is configured that virt-ferry does not know; the message names it. */
final class SettingMistake extends RuntimeException {

  private static final long serialVersionUID = 1L;

  SettingMistake(String message) {
    super(message);
  }
}
