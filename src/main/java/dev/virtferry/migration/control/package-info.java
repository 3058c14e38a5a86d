/** What clients can do: plan, submit, steer, cancel, resolve. */
@NullMarked
package dev.virtferry.migration.control;

import org.jspecify.annotations.NullMarked;
