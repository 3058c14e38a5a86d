/** Reading hosts and their domains over HTTP. */
@NullMarked
package dev.virtferry.host.web;

import org.jspecify.annotations.NullMarked;
