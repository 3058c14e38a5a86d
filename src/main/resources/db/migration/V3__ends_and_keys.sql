-- When a migration ended, for those who clean up.
alter table migration add column ended_at timestamp(6) with time zone;

create index migration_ended on migration (state, ended_at);

-- What a client sent with which key, so that the same request is carried out once.
create table idempotency (
  caller       varchar(255)                not null,
  client_key   varchar(255)                not null,
  fingerprint  varchar(64)                 not null,
  migration_id uuid                        not null references migration (id) on delete cascade,
  created_at   timestamp(6) with time zone not null,
  primary key (caller, client_key)
);

create index idempotency_age on idempotency (created_at);
create index idempotency_migration on idempotency (migration_id);
