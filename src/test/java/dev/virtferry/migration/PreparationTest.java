package dev.virtferry.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.virtferry.PlayedHosts;
import dev.virtferry.ServiceTest;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.StoragePool;
import dev.virtferry.problem.ProblemType;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** A host that falls silent before libvirt was called, and does not come back in time. */
@ServiceTest
@TestPropertySource(properties = "ferry.watch.patience=200ms")
class PreparationTest extends PlayedHosts {

  @Autowired MigrationService service;
  @Autowired Migrations migrations;

  @Test
  void endsWhenTheHostStaysSilentAndSaysWhatIsLeftThere() {
    DomainDescription guest = Domains.running("web", Domains.disk("vda"), Domains.disk("vdb"));
    hosts().put("kvm-a", guest);
    volumes().pool("kvm-b", new StoragePool("images", "dir", "/srv", 1024 * Domains.MIB));
    volumes().afterCreating(() -> volumes().away(true));
    UUID id =
        service
            .submit(Submissions.of("web", List.of("vda", "vdb")), Callers.ADMIN, null)
            .migration()
            .migration()
            .id();
    Migration ended =
        await()
            .until(() -> migrations.find(id).orElseThrow().migration(), m -> m.state().terminal());
    assertThat(ended.state()).isEqualTo(MigrationState.FAILED);
    assertThat(Objects.requireNonNull(ended.failure()).problem().type())
        .isEqualTo(ProblemType.HOST_UNREACHABLE);
    assertThat(ended.volumes())
        .extracting(VolumeRecord::state)
        .containsOnly(VolumeRecord.Fate.LEFT);
    assertThat(hosts().made()).isEmpty();
  }
}
