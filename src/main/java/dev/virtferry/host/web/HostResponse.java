package dev.virtferry.host.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.virtferry.host.Host;
import dev.virtferry.libvirt.HostFacts;
import dev.virtferry.migration.Traffic;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A host as a client sees it. */
@Schema(name = "Host")
@JsonInclude(JsonInclude.Include.ALWAYS)
record HostResponse(
    @Schema(example = "kvm-a") String name,
    @Schema(
            description = "How a migration names it as its destination.",
            example = "qemu+tls://kvm-a/system")
        String destUri,
    @Schema(description = "Whether its daemon answered just now.") boolean reachable,
    @Schema(description = "Null when it does not tell.", example = "9.0.0")
        @Nullable String libvirtVersion,
    @Schema(description = "Null when it does not tell.", example = "7.2.22")
        @Nullable String hypervisorVersion,
    @Schema(
            description =
                "Migrations from it that have left the queue, as far as the caller sees them.",
            example = "1")
        int outgoing,
    @Schema(
            description =
                "Migrations to it that have left the queue, as far as the caller sees them.",
            example = "0")
        int incoming) {

  static HostResponse of(Host host, boolean reachable, @Nullable HostFacts facts, Traffic traffic) {
    return new HostResponse(
        host.name(),
        host.peerUri(),
        reachable,
        facts == null ? null : HostFacts.words(facts.libvirt()),
        facts == null ? null : HostFacts.words(facts.hypervisor()),
        traffic.from(host.name()),
        traffic.to(host.name()));
  }
}
