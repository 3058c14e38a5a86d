/** Telling others what becomes of migrations. */
@NullMarked
package dev.virtferry.notice;

import org.jspecify.annotations.NullMarked;
