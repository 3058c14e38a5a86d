/** The console: a page for people, made of static files and the API. */
@NullMarked
package dev.virtferry.console;

import org.jspecify.annotations.NullMarked;
