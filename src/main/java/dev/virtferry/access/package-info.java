/** Who calls, what they may do, and what is remembered of it. */
@NullMarked
package dev.virtferry.access;

import org.jspecify.annotations.NullMarked;
