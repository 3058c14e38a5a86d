/** Which disks of a domain may be copied, and which must be. */
@NullMarked
package dev.virtferry.disk;

import org.jspecify.annotations.NullMarked;
