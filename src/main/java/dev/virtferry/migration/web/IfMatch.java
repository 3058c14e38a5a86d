package dev.virtferry.migration.web;

import dev.virtferry.migration.MigrationSnapshot;
import dev.virtferry.migration.Precondition;
import dev.virtferry.problem.Problem;
import dev.virtferry.problem.ProblemType;
import dev.virtferry.problem.Refused;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The If-Match header (RFC 9110, 13.1.1), by strong comparison: a weak tag is never the same. */
final class IfMatch {

  static final String DESCRIPTION =
      "The ETag by which the client decided: a migration that is another by now is left alone. Its"
          + " progress does not matter.";

  /** An element of the list, which may be empty, and the comma or the end behind it. */
  private static final Pattern ELEMENT =
      Pattern.compile("[ \\t]*+(?:(?<weak>W/)?(?<tag>\"[!#-~\\x80-\\xff]*+\"))?+[ \\t]*+(?:,|$)");

  private IfMatch() {}

  /**
   * What has to be true of the migration.
   *
   * @param header null when there is none
   * @throws Refused when it can't be read
   */
  static Precondition precondition(@Nullable String header) {
    return header == null || header.strip().equals("*")
        ? Precondition.NONE
        : new Precondition(versions(header));
  }

  private static Set<Integer> versions(String header) {
    Set<Integer> versions = new HashSet<>();
    Matcher element = ELEMENT.matcher(header);
    int at = 0;
    while (at < header.length()) {
      if (!element.region(at, header.length()).lookingAt()) {
        throw unreadable();
      }
      String tag = element.group("tag");
      if (tag != null && element.group("weak") == null) {
        MigrationSnapshot.version(tag).ifPresent(versions::add);
      }
      at = element.end();
    }
    return versions;
  }

  private static Refused unreadable() {
    return new Refused(
        Problem.at(
            "If-Match",
            ProblemType.INVALID_REQUEST,
            "If-Match has neither ETags, each with its quotes and commas between them, nor a single"
                + " asterisk."));
  }
}
