package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.LibvirtFailure;
import org.libvirt.Error;
import org.libvirt.LibvirtException;

/** Turns what libvirt fails with into ours. */
final class LibvirtErrors {

  private LibvirtErrors() {}

  /** libvirt keeps it by thread: what the last call on this one failed with. */
  static LibvirtFailure last(LibvirtCalls calls) {
    return new LibvirtFailure(
        calls.virGetLastErrorCode(), calls.virGetLastErrorDomain(), calls.virGetLastErrorMessage());
  }

  // libvirt-java keeps both enums in the order of libvirt's own numbers, and nothing else tells
  // them.
  @SuppressWarnings("EnumOrdinal")
  static LibvirtFailure of(LibvirtException exception) {
    Error error = exception.getError();
    if (error == null) {
      return LibvirtFailure.withoutNumber(String.valueOf(exception.getMessage()));
    }
    return new LibvirtFailure(
        error.getCode().ordinal(), error.getDomain().ordinal(), String.valueOf(error.getMessage()));
  }
}
