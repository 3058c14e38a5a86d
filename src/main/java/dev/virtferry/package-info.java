/** virt-ferry: moves running domains between libvirt hosts and copies exactly the named disks. */
@NullMarked
package dev.virtferry;

import org.jspecify.annotations.NullMarked;
