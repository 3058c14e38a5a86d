-- Who did what; only ever added to, until it is old enough to be forgotten.
create table audit (
  id           uuid                        not null primary key,
  at           timestamp(6) with time zone not null,
  caller       varchar(255)                not null,
  address      varchar(64)                 not null,
  action       varchar(300)                not null,
  domain       varchar(255),
  migration_id uuid,
  status       integer                     not null,
  problem      varchar(64),
  request_id   varchar(64)                 not null
);

create index audit_at on audit (at);
create index audit_migration on audit (migration_id, id);
create index audit_caller on audit (caller, id);

-- Who asked for it, so that one caller can't fill the queue for all.
alter table migration add column caller varchar(255);

create index migration_caller on migration (caller, state);
