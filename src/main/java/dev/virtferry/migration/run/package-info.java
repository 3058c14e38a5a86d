/** The run of a migration: what both hosts show, the truth table, and what follows from it. */
@NullMarked
package dev.virtferry.migration.run;

import org.jspecify.annotations.NullMarked;
