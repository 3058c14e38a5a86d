/**
 * What is asked of libvirt, and what it tells: ports, readings and failures. It knows nothing of
 * requests, storage or scheduling.
 */
@NullMarked
package dev.virtferry.libvirt;

import org.jspecify.annotations.NullMarked;
