@NullMarked
package dev.virtferry.access;

import org.jspecify.annotations.NullMarked;
