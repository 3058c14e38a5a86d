/** Migrations in SQL, the admission to slots and the scheduler's task. */
@NullMarked
package dev.virtferry.migration.store;

import org.jspecify.annotations.NullMarked;
