package dev.virtferry.access;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A caller as Spring Security knows it. The credentials are not kept. */
final class IdentifiedCaller extends AbstractAuthenticationToken {

  private static final long serialVersionUID = 1L;

  private final transient Caller caller;

  IdentifiedCaller(Caller caller) {
    super(authorities(caller));
    this.caller = caller;
    setAuthenticated(true);
  }

  private static Collection<GrantedAuthority> authorities(Caller caller) {
    List<GrantedAuthority> all = new ArrayList<>();
    if (caller.role() != null) {
      caller
          .role()
          .included()
          .forEach(included -> all.add(new SimpleGrantedAuthority("ROLE_" + included)));
    }
    if (caller.unbound()) {
      all.add(new SimpleGrantedAuthority(Caller.UNBOUND));
    }
    return all;
  }

  @Override
  public Caller getPrincipal() {
    return caller;
  }

  @Override
  public String getName() {
    return caller.name();
  }

  @Override
  public @Nullable Object getCredentials() {
    return null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdentifiedCaller that && caller.equals(that.caller);
  }

  @Override
  public int hashCode() {
    return caller.hashCode();
  }
}
