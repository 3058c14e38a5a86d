/** Lines of the log, which nobody outside can forge. */
@NullMarked
package dev.virtferry.log;

import org.jspecify.annotations.NullMarked;
