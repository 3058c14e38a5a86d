package dev.virtferry.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.lab.Lab.LabFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.util.FileSystemUtils;

/**
 * What a lab test that failed leaves behind: the logs of both libvirtds and of the service as a
 * whole, and on the console how they end and where the guests are.
 */
final class FailureStory {

  private static final Path ALL = Path.of("target", "lab-failures");
  private static final int LINES = 40;
  private static final List<String> HOSTS = List.of("kvm-a", "kvm-b");

  /** Of each guest's QEMU and console. */
  private static final String LAST_WORDS =
      "cd /var/log/libvirt && tail -n 20 qemu/*.log *.console 2>&1 || :";

  private final Testbed testbed;
  private final Path directory;

  private FailureStory(Testbed testbed, Path directory) {
    this.testbed = testbed;
    this.directory = directory;
  }

  /** Tells it while the hosts are still as the failure left them. */
  static void tell(Testbed testbed, String test) {
    var story = new FailureStory(testbed, ALL.resolve(test));
    try {
      story.tell();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tell() throws IOException {
    FileSystemUtils.deleteRecursively(directory);
    Files.createDirectories(directory);
    System.out.println("=== " + directory.getFileName() + " failed; all of it is in " + directory);
    Lab lab = testbed.lab();
    keep("guests.txt", () -> lab.guest("list"));
    for (String host : HOSTS) {
      keep(host + "-domains.txt", () -> lab.on(host, "virsh", "list", "--all"));
      keep(host + "-qemu.log", () -> lab.on(host, "sh", "-c", LAST_WORDS));
      keep(host + "-libvirtd.log", () -> lab.on(host, "cat", "/var/log/libvirt/libvirtd.log"));
    }
    keep("service.log", () -> text(testbed.service().log()));
    keep("services-of-its-own.log", () -> text(Service.logOfThisTest()));
  }

  private static String text(Path log) {
    try {
      return Files.exists(log) ? Files.readString(log, UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A host that is gone is a part of the story, not its end. */
  private void keep(String file, Supplier<String> text) throws IOException {
    String told;
    try {
      told = text.get();
    } catch (LabFailed | UncheckedIOException e) {
      told = "not to be had: " + e.getMessage();
    }
    Files.writeString(directory.resolve(file), told);
    List<String> lines = told.lines().toList();
    System.out.println("--- " + file);
    lines.subList(Math.max(0, lines.size() - LINES), lines.size()).forEach(System.out::println);
  }
}
