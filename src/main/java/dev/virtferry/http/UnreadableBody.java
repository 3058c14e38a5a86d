package dev.virtferry.http;

import static dev.virtferry.problem.ProblemType.INVALID_REQUEST;

import dev.virtferry.problem.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says in our words why a body is not what was expected; Jackson's own would name our classes. */
final class UnreadableBody {

  private static final int SHOWN = 80;

  private UnreadableBody() {}

  static Problem problem(HttpMessageNotReadableException unreadable) {
    return switch (unreadable.getCause()) {
      case UnrecognizedPropertyException unknown ->
          at(
              unknown,
              "There is no field '%s'; known here are %s."
                  .formatted(shown(unknown.getPropertyName()), known(unknown)));
      case InvalidFormatException wrong when wrong.getTargetType().isEnum() ->
          at(wrong, "Use one of %s.".formatted(constants(wrong.getTargetType())));
      case InvalidFormatException wrong when wrong.getTargetType() == String.class ->
          at(wrong, "The text here has a character that it can't have, such as a NUL.");
      case MismatchedInputException wrong ->
          at(wrong, "The value here has the wrong type; see /swagger-ui.html for the right one.");
      case StreamConstraintsException _ ->
          Problem.of(
              INVALID_REQUEST,
              "The body is nested too deeply, or has a name, text or number that is too long.");
      case StreamReadException broken -> Problem.of(INVALID_REQUEST, syntax(broken));
      case null, default ->
          Problem.of(INVALID_REQUEST, "The body is missing or no JSON; send one JSON object.");
    };
  }

  private static Problem at(JacksonException cause, String detail) {
    return Problem.at(JsonPointers.of(cause.getPath()), INVALID_REQUEST, detail);
  }

  private static String syntax(StreamReadException broken) {
    var place = broken.getLocation();
    return String.format(
        Locale.ROOT,
        "The body is not JSON that can be read: look at line %d, column %d. A field may occur"
            + " only once.",
        place.getLineNr(),
        place.getColumnNr());
  }

  private static String known(UnrecognizedPropertyException unknown) {
    return unknown.getKnownPropertyIds().stream()
        .map(String::valueOf)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String constants(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  private static String shown(String text) {
    return JsonPointers.writable(text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
  }
}
