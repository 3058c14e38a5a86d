/** What is told to a caller whose wish is refused: RFC 9457 problem details. */
@NullMarked
package dev.virtferry.problem;

import org.jspecify.annotations.NullMarked;
