@NullMarked
package dev.virtferry.console;

import org.jspecify.annotations.NullMarked;
