package dev.virtferry.libvirt.client;

import dev.virtferry.libvirt.Acceptance;
import dev.virtferry.libvirt.Acceptance.Answer;
import dev.virtferry.libvirt.ErrorNumber;
import dev.virtferry.libvirt.LibvirtFailure;
import dev.virtferry.libvirt.Machine;
import dev.virtferry.libvirt.Need;
import dev.virtferry.libvirt.Need.HostFile;
import dev.virtferry.libvirt.Need.Link;
import dev.virtferry.libvirt.Need.Listener;
import dev.virtferry.libvirt.Need.Network;
import dev.virtferry.libvirt.Need.PacketFilter;
import dev.virtferry.libvirt.Need.Secret;
import dev.virtferry.libvirt.Need.TpmEmulator;
import dev.virtferry.libvirt.xml.DomainCapabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.libvirt.LibvirtException;

/** What a host has for its domains, as far as its libvirt tells. */
record Provisions(NativeLibvirt library, PooledConnect connect, Machine machine) {

  private static final String EMULATED = "qemu";

  /** A question to libvirt, which may refuse it. */
  private interface Question {
    boolean ask() throws LibvirtException;
  }

  /** Whether it has what is needed. */
  Acceptance of(Need need) {
    return switch (need) {
      case Secret secret -> answer(() -> hasSecret(secret.key()));
      case Network network ->
          answer(() -> List.of(connect.listNetworks()).contains(network.name()));
      case PacketFilter filter ->
          answer(() -> List.of(connect.listNetworkFilters()).contains(filter.name()));
      case Link link -> link(link);
      case TpmEmulator tpm -> tpm(tpm);
      case HostFile file -> loader(file);
      case Listener _ -> unknown("libvirt does not tell");
    };
  }

  /** Whether it knows the machine type, by whether it has any capabilities for it. */
  Acceptance machineType() {
    try {
      library.domainCapabilities(connect, machine);
      return new Acceptance(Answer.YES, machine.type());
    } catch (LibvirtFailure e) {
      if (e.is(ErrorNumber.INVALID_ARG)) {
        return new Acceptance(Answer.NO, "os/type: " + e.message());
      }
      String emulator = machine.emulator();
      return e.is(ErrorNumber.SYSTEM_ERROR) && emulator != null && e.message().contains(emulator)
          ? new Acceptance(Answer.NO, "devices/emulator: " + e.message())
          : unknown(e.message());
    }
  }

  /**
   * Whether it can show the guest its CPU. Of one that QEMU emulates libvirt says no too often
   * (11.3 of any with two threads), and QEMU then shows it all the same.
   */
  Acceptance cpu() {
    String cpu = machine.cpu();
    if (cpu == null) {
      return new Acceptance(Answer.YES, "QEMU's default");
    }
    try {
      library.compareCpu(connect, machine, cpu);
      return new Acceptance(Answer.YES, "the host can show the guest the same CPU");
    } catch (LibvirtFailure e) {
      boolean sure =
          e.is(ErrorNumber.CPU_INCOMPATIBLE) && !machine.virtualization().equals(EMULATED);
      return sure ? new Acceptance(Answer.NO, "cpu: " + e.message()) : unknown(e.message());
    }
  }

  private static Acceptance answer(Question question) {
    try {
      return new Acceptance(question.ask() ? Answer.YES : Answer.NO, "");
    } catch (LibvirtException e) {
      return unknown(LibvirtErrors.of(e).message());
    }
  }

  private static Acceptance unknown(String why) {
    return new Acceptance(Answer.UNKNOWN, why);
  }

  /** By its UUID, else by its usage. */
  private boolean hasSecret(String key) throws LibvirtException {
    List<String> secrets = List.of(connect.listSecrets());
    return secrets.contains(key) || usages(secrets).contains(key);
  }

  private List<String> usages(List<String> secrets) throws LibvirtException {
    List<String> usages = new ArrayList<>();
    for (String uuid : secrets) {
      var secret = connect.secretLookupByUUIDString(uuid);
      try {
        usages.add(String.valueOf(secret.getUsageID()));
      } finally {
        secret.free();
      }
    }
    return usages;
  }

  /**
   * The driver of interfaces may be missing, and its list lack what is there; it denies nothing.
   */
  private Acceptance link(Link link) {
    try {
      List<String> links = new ArrayList<>(List.of(connect.listInterfaces()));
      links.addAll(List.of(connect.listDefinedInterfaces()));
      if (links.contains(link.name())) {
        return new Acceptance(Answer.YES, "");
      }
      return unknown("its libvirt does not list it");
    } catch (LibvirtException e) {
      return unknown(LibvirtErrors.of(e).message());
    }
  }

  private Acceptance tpm(TpmEmulator tpm) {
    return byCapabilities(can -> can.emulatesTpm(tpm.version()));
  }

  /** What libvirt does not list may be there all the same. */
  private Acceptance loader(HostFile file) {
    return byCapabilities(can -> can.hasLoader(file.path()) ? Optional.of(true) : Optional.empty());
  }

  private Acceptance byCapabilities(Function<DomainCapabilities, Optional<Boolean>> question) {
    try {
      return question
          .apply(DomainCapabilities.parse(library.domainCapabilities(connect, machine)))
          .map(has -> new Acceptance(has ? Answer.YES : Answer.NO, ""))
          .orElseGet(() -> unknown("its libvirt does not tell"));
    } catch (LibvirtFailure e) {
      return unknown(e.message());
    } catch (IllegalArgumentException e) {
      return unknown("its capabilities can't be read");
    }
  }
}
