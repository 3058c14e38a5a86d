@NullMarked
package dev.virtferry.log;

import org.jspecify.annotations.NullMarked;
