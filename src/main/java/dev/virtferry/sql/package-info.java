/** The database: its file, what it may be asked again for, and whether it can be written. */
@NullMarked
package dev.virtferry.sql;

import org.jspecify.annotations.NullMarked;
