-- The scheduler's own table. Its rows are disposable: the migration table is the truth.
create table scheduled_tasks (
  task_name            varchar(100)                not null,
  task_instance        varchar(100)                not null,
  task_data            bytea,
  execution_time       timestamp(6) with time zone not null,
  picked               boolean                     not null,
  picked_by            varchar(255),
  last_success         timestamp(6) with time zone,
  last_failure         timestamp(6) with time zone,
  consecutive_failures integer,
  last_heartbeat       timestamp(6) with time zone,
  version              bigint                      not null,
  priority             smallint,
  primary key (task_name, task_instance)
);

create index scheduled_tasks_due on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on scheduled_tasks (last_heartbeat);
