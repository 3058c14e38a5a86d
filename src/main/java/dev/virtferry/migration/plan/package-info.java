/** What a spec and two live hosts make of each other: checks, volumes and the call. */
@NullMarked
package dev.virtferry.migration.plan;

import org.jspecify.annotations.NullMarked;
