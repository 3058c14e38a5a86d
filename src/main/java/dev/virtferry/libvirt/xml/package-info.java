/** libvirt's documents: what definitions of domains, volumes and pools say. */
@NullMarked
package dev.virtferry.libvirt.xml;

import org.jspecify.annotations.NullMarked;
