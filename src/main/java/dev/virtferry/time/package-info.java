/** Points in time, and how much of it passed. */
@NullMarked
package dev.virtferry.time;

import org.jspecify.annotations.NullMarked;
