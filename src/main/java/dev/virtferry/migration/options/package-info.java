/** How a migration goes, as it was asked, by subject, with the rules that it is held to. */
@NullMarked
package dev.virtferry.migration.options;

import org.jspecify.annotations.NullMarked;
