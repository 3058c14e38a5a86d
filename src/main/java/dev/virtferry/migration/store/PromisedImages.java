package dev.virtferry.migration.store;

import dev.virtferry.migration.ImagePromised;
import dev.virtferry.migration.Migration;
import java.util.UUID;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The images that unfinished migrations copy into. The database keeps their names unique, so two
 * replicas never promise one image twice.
 */
@Component
@Order(4)
class PromisedImages implements MigrationChanged.Listener {

  private final JdbcClient sql;

  PromisedImages(JdbcClient sql) {
    this.sql = sql;
  }

  /**
   * Part of the transaction that accepts a migration.
   *
   * @throws ImagePromised when another one has an image of it
   */
  @Transactional(propagation = Propagation.MANDATORY)
  public void promise(Migration migration) {
    // In one order for all, so that two that want the same images never wait for each other.
    migration.plan().imagePaths().forEach((key, path) -> promise(key, path, migration.id()));
  }

  private void promise(String key, String path, UUID migration) {
    try {
      sql.sql("insert into promised_image (name, migration_id) values (:name, :migration)")
          .param("name", key)
          .param("migration", migration)
          .update();
    } catch (DuplicateKeyException e) {
      throw new ImagePromised(path);
    }
  }

  /** Part of the transaction that ends a migration. */
  @Override
  @Transactional(propagation = Propagation.MANDATORY)
  public void changed(MigrationChanged event) {
    if (event.ended()) {
      sql.sql("delete from promised_image where migration_id = :migration")
          .param("migration", event.now().migration().id())
          .update();
    }
  }
}
