package dev.virtferry.trace;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.exporter.FinishedSpan;
import io.micrometer.tracing.exporter.SpanExportingPredicate;
import org.springframework.stereotype.Component;

/** Polls and probes would bury everything else; they are told of only in a trace of the caller. */
@Component
final class WithoutPolls implements SpanExportingPredicate {

  @Override
  public boolean isExportable(FinishedSpan span) {
    boolean poll =
        span.getKind() == Span.Kind.SERVER
            && "GET".equals(span.getTags().get("method"))
            && span.getError() == null;
    return !poll || hasParent(span);
  }

  private static boolean hasParent(FinishedSpan span) {
    String parent = span.getParentId();
    return parent != null && !parent.chars().allMatch(c -> c == '0');
  }
}
