/** The doors of the HTTP API: identification, roles, limits and the audit. */
@NullMarked
package dev.virtferry.access.web;

import org.jspecify.annotations.NullMarked;
