package dev.virtferry.disk.image;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What an image calls another file: a path, or a text that only QEMU makes a file of, with a
 * protocol before it or a whole description as JSON. libvirt hands on as it is what it does not
 * understand.
 */
public record WrittenName(String text) {

  /** As {@code path_has_protocol} of QEMU has it; {@code file:} is none, as a path follows. */
  private static final Pattern NO_PATH = Pattern.compile("(?s)(?!file:)[^:/]*:.*");

  private static final Pattern ESCAPE = Pattern.compile("(?s)\\\\(?:u(\\p{XDigit}{4})|(.))");

  private static final Pattern NOT_IN_PATHS = Pattern.compile("[\\x00\\p{Cs}]");

  public boolean isPath() {
    return !NO_PATH.matcher(text).matches();
  }

  /** The path that it is, or the texts in it that may be paths; relative ones too. */
  public Stream<String> paths() {
    return isPath()
        ? Stream.of(text.replaceFirst("^file:", ""))
        : Stream.of(plain().split("[\"']"))
            .filter(part -> part.contains("/") && new WrittenName(part).isPath())
            .filter(part -> !NOT_IN_PATHS.matcher(part).find());
  }

  /** Whether it may mean a file of this name, for all that can be told. */
  public boolean mayMean(String fileName) {
    return plain().contains(fileName);
  }

  /** Without the escapes of JSON; QEMU takes single quotes for quotes too. */
  private String plain() {
    return ESCAPE
        .matcher(text)
        .replaceAll(escape ->
            Matcher.quoteReplacement(
                escape.group(1) == null
                    ? escape.group(2)
                    : String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
  }
}
