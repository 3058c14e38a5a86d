package dev.virtferry.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * A lab test that {@code lab/long} runs and no build does. docs/reliability.md lists it with the
 * reason.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Tag("long")
@interface LongForm {

  /** The test of the same kind that each build runs. */
  String shortCase();
}
