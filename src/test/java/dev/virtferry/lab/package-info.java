/** Tests of the built jar on real libvirt hosts. */
@NullMarked
package dev.virtferry.lab;

import org.jspecify.annotations.NullMarked;
