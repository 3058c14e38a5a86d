/** What an operator's tracing system is told: one trace for each migration. */
@NullMarked
package dev.virtferry.trace;

import org.jspecify.annotations.NullMarked;
