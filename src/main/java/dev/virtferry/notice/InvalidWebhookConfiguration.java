package dev.virtferry.notice;

/** The configured webhooks can't be used; the message names the setting and never a secret. */
public final class InvalidWebhookConfiguration extends RuntimeException {

  private static final long serialVersionUID = 1L;

  InvalidWebhookConfiguration(String message) {
    super(message);
  }
}
