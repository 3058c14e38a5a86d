/** Malformed requests over HTTP, and what fuzz tests share. Run by lab/fuzz too. */
@NullMarked
package dev.virtferry.fuzz;

import org.jspecify.annotations.NullMarked;
