/** The audit in SQL. */
@NullMarked
package dev.virtferry.access.store;

import org.jspecify.annotations.NullMarked;
