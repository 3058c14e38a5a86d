/** Definitions of domains that tests draw or read, and what is independently known of them. */
@NullMarked
package dev.virtferry.definition;

import org.jspecify.annotations.NullMarked;
