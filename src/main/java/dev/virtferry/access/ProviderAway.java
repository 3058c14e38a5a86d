package dev.virtferry.access;

import org.springframework.security.core.AuthenticationException;

/** The identity provider could not be asked, so that nothing is known of the caller. */
public final class ProviderAway extends AuthenticationException {

  private static final long serialVersionUID = 1L;

  ProviderAway(Throwable cause) {
    super("The identity provider can't be asked", cause);
  }
}
