package dev.virtferry.libvirt;

import java.util.List;
import java.util.Optional;

/**
 * The storage pools of hosts. A port beside {@link Hypervisor}, with the same limits and failures.
 */
public interface Storage {

  /** The active pools, each with what is free in it now ({@code virConnectListAllStoragePools}). */
  List<StoragePool> pools(HostAddress host);

  /**
   * A volume by its name, read from the storage itself ({@code virStoragePoolRefresh}, then {@code
   * virStorageVolLookupByName}).
   */
  Optional<StorageVolume> volume(HostAddress host, String pool, String name);

  /**
   * All volumes of a pool, read from the storage itself; empty when there is no such pool. One that
   * can't be read is left out.
   */
  List<StorageVolume> volumes(HostAddress host, String pool);

  /**
   * Whether what is behind a known volume is still there ({@code virStorageVolGetInfo}); does not
   * read the pool anew, so it is cheap and never sees a volume that was made outside of libvirt.
   */
  boolean stands(HostAddress host, String pool, String name);

  /**
   * A known volume as it is now; like {@link #stands} it is cheap, and never sees one that was made
   * outside of libvirt under a new name.
   */
  Optional<StorageVolume> glance(HostAddress host, String pool, String name);

  /** Makes an empty volume ({@code virStorageVolCreateXML}); fails when one of that name exists. */
  StorageVolume create(HostAddress host, VolumeSpec spec);

  /**
   * Makes a volume smaller ({@code virStorageVolResize} with {@code
   * VIR_STORAGE_VOL_RESIZE_SHRINK}). What is beyond the new size is lost.
   */
  void shrink(HostAddress host, String pool, String name, long capacityBytes);

  /**
   * A small piece of a volume of files, as it lies in the pool ({@code virStorageVolDownload});
   * what is beyond the volume's end reads as zeroes.
   *
   * @param length in bytes, at most 1 MiB
   */
  byte[] read(HostAddress host, String pool, String name, long offset, int length);

  /**
   * Whether the whole of a volume of files reads as zeroes ({@code virStorageVolDownload} with
   * {@code VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM}, so that a host sends no holes). False also for
   * one that is not read to its end in two seconds.
   */
  boolean readsAsZeroes(HostAddress host, String pool, String name);

  /**
   * Opens a volume for reading, on a connection of its own. The caller is on a platform thread.
   *
   * @throws HostUnreachable when the host does not answer
   */
  VolumeReader open(HostAddress host, String pool, String name);

  /** Deletes a volume ({@code virStorageVolDelete}); one that is gone already is no failure. */
  void delete(HostAddress host, String pool, String name);
}
