package dev.virtferry.libvirt;

/**
 * The bytes of a volume as they lie in the pool, to be read in any order ({@code
 * virStorageVolDownload}). Holds a connection of its own; for one platform thread at a time.
 */
public interface VolumeReader extends AutoCloseable {

  /**
   * Fills the array with what is at the offset; what is beyond the volume's end reads as zeroes.
   *
   * @throws LibvirtFailure when it can't be read
   */
  void read(long offset, byte[] into);

  @Override
  void close();
}
