package dev.virtferry.disk;

import static dev.virtferry.problem.ProblemType.DESTINATION_STORAGE;

import dev.virtferry.disk.image.GuestImage;
import dev.virtferry.disk.image.IncomparableImage;
import dev.virtferry.disk.image.Qcow2Image;
import dev.virtferry.libvirt.HostAddress;
import dev.virtferry.libvirt.Storage;
import dev.virtferry.libvirt.VolumeReader;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.springframework.stereotype.Component;

/** Compares what guests would read of backing images on two hosts. */
@Component
public final class BackingContent {

  private static final int CHUNK = 1024 * 1024;

  private final Storage storage;

  BackingContent(Storage storage) {
    this.storage = storage;
  }

  /**
   * Reads the images beneath one disk on both hosts from the first byte to the last.
   *
   * @param chain the nearest first; with none there is nothing to compare
   * @param goOn is told how many bytes were compared, again and again; false ends the comparison
   * @throws Refused when they differ, or can't be compared
   */
  public void requireSame(
      List<BackingImage> chain,
      String pointer,
      HostAddress source,
      HostAddress destination,
      LongPredicate goOn) {
    if (chain.isEmpty()) {
      return;
    }
    BackingImage nearest = chain.getFirst();
    try (var readers = new Readers()) {
      GuestImage here = readers.open(chain, source, BackingImage::source);
      GuestImage there = readers.open(chain, destination, BackingImage::destination);
      compare(nearest, pointer, here, there, goOn);
    } catch (IncomparableImage e) {
      throw refused(
          pointer,
          "%s can't be compared, because %s; verify it by SIZE, or copy the disk in full."
              .formatted(nearest.path(), e.getMessage()));
    }
  }

  private static void compare(
      BackingImage image, String pointer, GuestImage here, GuestImage there, LongPredicate goOn) {
    for (long at = 0; at < image.capacityBytes() && goOn.test(at); at += CHUNK) {
      var ours = new byte[(int) Math.min(CHUNK, image.capacityBytes() - at)];
      var theirs = new byte[ours.length];
      here.read(at, ours);
      there.read(at, theirs);
      int difference = Arrays.mismatch(ours, theirs);
      if (difference >= 0) {
        throw refused(
            pointer,
            String.format(
                Locale.ROOT,
                "The backing image %s is not the same on both hosts: a guest would read something else"
                    + " at byte %d. Copy it there, or copy the disk in full.",
                image.path(),
                at + difference));
      }
    }
  }

  private static Refused refused(String pointer, String detail) {
    return new Refused(Problem.at(pointer, DESTINATION_STORAGE, detail));
  }

  /** Everything that was opened. */
  private final class Readers implements AutoCloseable {

    private final List<VolumeReader> opened = new ArrayList<>();

    GuestImage open(
        List<BackingImage> chain,
        HostAddress host,
        Function<BackingImage, BackingImage.Volume> of) {
      GuestImage image = GuestImage.ZEROES;
      for (BackingImage layer : chain.reversed()) {
        BackingImage.Volume volume = of.apply(layer);
        VolumeReader reader = storage.open(host, volume.pool(), volume.name());
        opened.add(reader);
        image = read(layer, reader, image);
      }
      return image;
    }

    private static GuestImage read(BackingImage layer, VolumeReader reader, GuestImage beneath) {
      return switch (layer.format()) {
        case "raw" -> reader::read;
        case "qcow2" -> new Qcow2Image(reader, beneath);
        default -> throw new IncomparableImage("its format is " + layer.format());
      };
    }

    @Override
    public void close() {
      opened.forEach(VolumeReader::close);
    }
  }
}
