/** What the service is about: a migration, its states, its run and the truth about its end. */
@NullMarked
package dev.virtferry.migration;

import org.jspecify.annotations.NullMarked;
