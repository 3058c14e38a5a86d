/** The HTTP face of migrations. */
@NullMarked
package dev.virtferry.migration.web;

import org.jspecify.annotations.NullMarked;
