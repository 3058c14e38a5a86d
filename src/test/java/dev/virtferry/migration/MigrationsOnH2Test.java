package dev.virtferry.migration;

class MigrationsOnH2Test extends MigrationsContract {

  @Override
  boolean somebodyWaitsForALock() {
    return sql.sql("select count(*) from information_schema.sessions where blocker_id is not null")
            .query(Integer.class)
            .single()
        > 0;
  }
}
