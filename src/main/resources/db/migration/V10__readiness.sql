-- Written to tell whether the database can be written.
create table readiness (
  id         integer                  not null primary key,
  written_at timestamp with time zone not null
);

insert into readiness (id, written_at) values (1, current_timestamp);
