/**
 * The inventory of hosts and the rule that says which of them a caller may name as a destination.
 */
@NullMarked
package dev.virtferry.host;

import org.jspecify.annotations.NullMarked;
