/**
 * Where truth is decided: what both hosts show, and the verdict on it. Nothing here asks or acts.
 */
@NullMarked
package dev.virtferry.migration.truth;

import org.jspecify.annotations.NullMarked;
