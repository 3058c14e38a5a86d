package dev.virtferry.libvirt.client;

import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_POOL;
import static dev.virtferry.libvirt.ErrorNumber.NO_STORAGE_VOL;

import dev.virtferry.libvirt.ErrorNumber;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.libvirt.Connect;
import org.libvirt.LibvirtException;
import org.libvirt.StorageVol;

/** Finds pools and volumes on a connection, and frees them. */
final class PoolLookup {

  private PoolLookup() {}

  @FunctionalInterface
  interface PoolQuery<T> {
    T of(org.libvirt.StoragePool pool) throws LibvirtException;
  }

  @FunctionalInterface
  interface VolumeQuery<T> {
    T of(StorageVol volume) throws LibvirtException;
  }

  static <T> Optional<T> withPool(Connect connect, String name, PoolQuery<T> query)
      throws LibvirtException {
    org.libvirt.StoragePool pool =
        unlessMissing(NO_STORAGE_POOL, () -> connect.storagePoolLookupByName(name));
    if (pool == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(query.of(pool));
    } finally {
      pool.free();
    }
  }

  static <T> Optional<T> withVolume(org.libvirt.StoragePool pool, String name, VolumeQuery<T> query)
      throws LibvirtException {
    StorageVol volume = unlessMissing(NO_STORAGE_VOL, () -> pool.storageVolLookupByName(name));
    if (volume == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(query.of(volume));
    } finally {
      volume.free();
    }
  }

  @FunctionalInterface
  interface Lookup<T> {
    T make() throws LibvirtException;
  }

  static <T> @Nullable T unlessMissing(ErrorNumber missing, Lookup<T> lookup)
      throws LibvirtException {
    try {
      return lookup.make();
    } catch (LibvirtException e) {
      if (LibvirtErrors.of(e).is(missing)) {
        return null;
      }
      throw e;
    }
  }
}
