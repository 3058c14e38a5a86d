-- What is to be told to callbacks, written with the change that it tells.
create table webhook_delivery (
  id              uuid                        not null primary key,
  migration_id    uuid                        not null references migration (id) on delete cascade,
  version         integer                     not null,
  state           varchar(20)                 not null,
  url             varchar(2000)               not null,
  body            text                        not null,
  status          varchar(20)                 not null,
  created_at      timestamp(6) with time zone not null,
  attempts        integer                     not null,
  last_attempt_at timestamp(6) with time zone,
  response_status integer,
  error           varchar(1000),
  next_attempt_at timestamp(6) with time zone
);

create index webhook_delivery_of on webhook_delivery (migration_id, version);
