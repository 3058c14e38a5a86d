package dev.virtferry.libvirt;

import java.util.List;
import java.util.Optional;

/**
 * The storage pools of hosts. A port beside {@link Hypervisor}, with the same limits and failures.
 */
public interface Storage {

  /**
   * The active pools, each with what was free in it when it was last read. Those that hang cost the
   * list a second or two, however many there are, and tell what they told last.
   *
   * @throws LibvirtFailure {@link LibvirtFailure#aboutSilentPool} when one hangs of which nothing
   *     is known yet
   */
  default List<StoragePool> pools(HostAddress host) {
    return allPools(host).stream().filter(StoragePool::isActive).toList();
  }

  /**
   * The same with those that are defined and not active ({@code virConnectListStoragePools}, {@code
   * virConnectListDefinedStoragePools}).
   */
  List<StoragePool> allPools(HostAddress host);

  /**
   * A volume as it is now, by its name ({@code virStorageVolLookupByName}); one that was put there
   * outside of libvirt is not seen until the pool is {@link #readAnew}. As everything else that is
   * asked of one pool it fails with {@link LibvirtFailure#aboutSilentPool} when that hangs.
   */
  Optional<StorageVolume> volume(HostAddress host, String pool, String name);

  /**
   * All volumes of a pool that it knows, as they are now; empty when there is no such pool. One
   * that can't be read is left out.
   */
  List<StorageVolume> volumes(HostAddress host, String pool);

  /**
   * Lets a pool see what was put into it outside of libvirt, and what is free in it now ({@code
   * virStoragePoolRefresh}), unless that would harm it.
   *
   * @return why it was not read anew, as a sentence; empty when it was, or there is no such pool
   * @throws LibvirtFailure also when libvirt stopped the pool over it and can't start it again
   */
  Optional<String> readAnew(HostAddress host, String pool);

  /**
   * Whether what is behind a known volume is still there ({@code virStorageVolGetInfo}); cheaper
   * than {@link #volume}.
   */
  boolean stands(HostAddress host, String pool, String name);

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
