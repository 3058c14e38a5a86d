/**
 * The native seam: the only package that knows libvirt-java and JNA. It makes the calls, each with
 * a place, a thread, a connection and a time limit.
 */
@NullMarked
package dev.virtferry.libvirt.client;

import org.jspecify.annotations.NullMarked;
