package dev.virtferry.migration.store;

import dev.virtferry.disk.ImageName;
import dev.virtferry.disk.VolumeMark;
import dev.virtferry.migration.Guest;
import dev.virtferry.migration.Migration;
import dev.virtferry.migration.OwnImage;
import dev.virtferry.migration.OwnImages;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * {@link OwnImages} in H2 or PostgreSQL. There is at most one row for a domain and a path, and it
 * outlives the migration that wrote it.
 */
@Component
@Order(5)
class SqlOwnImages implements OwnImages, MigrationChanged.Listener {

  private final JdbcClient sql;
  private final MigrationDocuments documents;

  SqlOwnImages(JdbcClient sql, MigrationDocuments documents) {
    this.sql = sql;
    this.documents = documents;
  }

  /** Part of the transaction that ends a migration. */
  @Override
  @Transactional(propagation = Propagation.MANDATORY)
  public void changed(MigrationChanged event) {
    if (event.ended()) {
      settle(event.now().migration());
    }
  }

  private void settle(Migration ended) {
    // In one order for all, so that no two ends wait for each other.
    OwnImage.touchedBy(ended).stream()
        .map(ImageName::key)
        .sorted()
        .forEach(
            key -> sql.sql("delete from own_image where name = :name").param("name", key).update());
    ended.leaves().forEach(image -> write(image, ended.plan().guest()));
  }

  private void write(OwnImage image, Guest guest) {
    sql.sql("delete from own_image where domain_uuid = :domain and name = :name")
        .param("domain", guest.uuid())
        .param("name", image.name().key())
        .update();
    sql.sql(
            """
            insert into own_image (domain_uuid, name, domain_name, host, path, mark)
            values (:domain, :name, :domainName, :host, :path, :mark)
            """)
        .param("domain", guest.uuid())
        .param("name", image.name().key())
        .param("domainName", guest.name())
        .param("host", image.name().host())
        .param("path", image.name().path())
        .param("mark", documents.write(image.mark()))
        .update();
  }

  @Override
  public Map<ImageName, VolumeMark> of(UUID domain) {
    Map<ImageName, VolumeMark> own = new HashMap<>();
    sql.sql("select host, path, mark from own_image where domain_uuid = :domain")
        .param("domain", domain)
        .query(rs -> {
          own.put(name(rs), documents.mark(rs.getString("mark")));
        });
    return own;
  }

  private static ImageName name(ResultSet rs) throws SQLException {
    return new ImageName(rs.getString("host"), rs.getString("path"));
  }

  @Override
  public void forget(UUID domain, Map<ImageName, VolumeMark> changed) {
    changed.forEach((name, mark) -> forget(domain, name, mark));
  }

  /** Only what still is as it was read: a migration may have written it anew meanwhile. */
  private void forget(UUID domain, ImageName name, VolumeMark mark) {
    sql.sql(
            """
            delete from own_image
             where domain_uuid = :domain and name = :name and mark = :mark
            """)
        .param("domain", domain)
        .param("name", name.key())
        .param("mark", documents.write(mark))
        .update();
  }
}
