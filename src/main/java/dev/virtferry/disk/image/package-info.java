/** What is read of images themselves: their headers, what they name, what a guest sees in them. */
@NullMarked
package dev.virtferry.disk.image;

import org.jspecify.annotations.NullMarked;
