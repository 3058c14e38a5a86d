package dev.virtferry.libvirt;

import org.jspecify.annotations.Nullable;

/**
 * What a domain needs of a hypervisor.
 *
 * @param virtualization the domain's type: kvm or qemu
 * @param architecture such as x86_64
 * @param type such as pc-q35-7.2
 * @param cpu the {@code <cpu>} element as XML; null when the definition has none
 * @param emulator the path of its QEMU; null when the definition has none
 */
public record Machine(
    String virtualization,
    String architecture,
    String type,
    @Nullable String cpu,
    @Nullable String emulator) {

  /** Of a domain whose definition can't be had. */
  public static final Machine UNKNOWN = new Machine("", "", "", null, null);
}
