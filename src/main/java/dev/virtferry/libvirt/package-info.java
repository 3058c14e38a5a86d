/**
 * The native seam: the only package that knows libvirt-java and JNA. It knows nothing of requests,
 * storage or scheduling.
 */
@NullMarked
package dev.virtferry.libvirt;

import org.jspecify.annotations.NullMarked;
