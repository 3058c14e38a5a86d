package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.ErrorNumber;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** Finds a domain on a connection, and frees it. */
final class DomainLookup {

  /** Something asked of a domain that is freed afterwards. */
  @FunctionalInterface
  interface DomainQuery<T> {
    T of(Domain domain) throws LibvirtException;
  }

  /** Empty when there is no such domain, also when it left between the look-up and the query. */
  static <T> Optional<T> withDomain(Connect connect, String nameOrUuid, DomainQuery<T> query)
      throws LibvirtException {
    Domain domain = lookedUp(connect, nameOrUuid);
    if (domain == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(query.of(domain));
    } catch (LibvirtException e) {
      if (LibvirtErrors.of(e).is(ErrorNumber.NO_DOMAIN)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      domain.free();
    }
  }

  static @Nullable Domain lookedUp(Connect connect, String nameOrUuid) throws LibvirtException {
    Optional<UUID> uuid = uuid(nameOrUuid);
    if (uuid.isPresent()) {
      Domain found = lookedUp(() -> connect.domainLookupByUUID(uuid.get()));
      if (found != null) {
        return found;
      }
    }
    return lookedUp(() -> connect.domainLookupByName(nameOrUuid));
  }

  @FunctionalInterface
  interface Lookup {
    Domain make() throws LibvirtException;
  }

  static @Nullable Domain lookedUp(Lookup lookup) throws LibvirtException {
    try {
      return lookup.make();
    } catch (LibvirtException e) {
      if (LibvirtErrors.of(e).is(ErrorNumber.NO_DOMAIN)) {
        return null;
      }
      throw e;
    }
  }

  /** Empty for what is a name only. */
  static Optional<UUID> uuid(String text) {
    try {
      UUID uuid = UUID.fromString(text);
      return uuid.toString().equalsIgnoreCase(text) ? Optional.of(uuid) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private DomainLookup() {}
}
