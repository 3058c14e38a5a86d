package dev.virtferry.access;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import dev.virtferry.time.Moment;
import dev.virtferry.time.Timepiece;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an identity provider. It is asked for them again when they are old, and for a key
 * that is not among them, but not more often than once in {@link #PAUSE}, whoever makes up the
 * names of keys. While it does not answer, the keys that are known stay valid.
 */
final class ProviderKeys implements JWKSource<SecurityContext> {

  /** How long keys are taken that the provider may have withdrawn meanwhile. */
  static final Duration OLD = Duration.ofMinutes(5);

  static final Duration PAUSE = Duration.ofMinutes(1);

  /** The same as long as no key is known, so that nobody at all can be let in. */
  static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

  /** Where the keys are. */
  interface Provider {

    /**
     * Asks for them.
     *
     * @throws ParseException when what it tells is no set of keys
     * @throws RuntimeException when it does not tell them
     */
    JWKSet keys() throws ParseException;
  }

  /**
   * What the last attempts came to.
   *
   * @param keys null as long as none succeeded
   * @param of when those keys were told
   * @param asked when the last attempt ended
   * @param failure of that attempt; null when it succeeded
   */
  private record Known(
      @Nullable JWKSet keys, Moment of, Moment asked, @Nullable Exception failure) {

    List<JWK> select(JWKSelector wanted) {
      return keys == null ? List.of() : wanted.select(keys);
    }
  }

  private static final Logger log = LoggerFactory.getLogger(ProviderKeys.class);

  private final Provider provider;
  private final Timepiece time;
  private final ReentrantLock asking = new ReentrantLock();
  private volatile Known known = new Known(null, Moment.LONG_AGO, Moment.LONG_AGO, null);

  ProviderKeys(Provider provider, Timepiece time) {
    this.provider = provider;
    this.time = time;
  }

  /**
   * The keys that a signature may be of; none where the provider has no such key.
   *
   * @throws RemoteKeySourceException when the provider, which may know such a key, can't be asked
   */
  @Override
  public List<JWK> get(JWKSelector wanted, @Nullable SecurityContext context)
      throws KeySourceException {
    List<JWK> found = known.select(wanted);
    if (found.isEmpty()) {
      asking.lock();
      refresh();
    } else if (isOld(known) && asking.tryLock()) {
      // Who has a key that is known does not wait behind somebody else who asks.
      refresh();
    } else {
      return found;
    }
    Known now = known;
    List<JWK> all = now.select(wanted);
    if (all.isEmpty() && now.failure() != null) {
      throw new RemoteKeySourceException("The provider's keys can't be read", now.failure());
    }
    return all;
  }

  private boolean isOld(Known last) {
    return !time.now().within(OLD, last.of());
  }

  /** Asks unless that was done just now; gives the lock back. */
  private void refresh() {
    try {
      Known last = known;
      Duration pause = last.keys() == null ? FIRST_PAUSE : PAUSE;
      if (!time.now().within(pause, last.asked())) {
        known = ask(last);
      }
    } finally {
      asking.unlock();
    }
  }

  private Known ask(Known last) {
    try {
      JWKSet keys = provider.keys();
      Moment now = time.now();
      return new Known(keys, now, now, null);
    } catch (ParseException | RuntimeException e) {
      log.warn(
          "The identity provider does not tell its keys; {}",
          last.keys() == null ? "no signed token can be checked" : "those of before stay valid",
          e);
      return new Known(last.keys(), last.of(), time.now(), e);
    }
  }
}
