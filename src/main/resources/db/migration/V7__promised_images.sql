-- The images that unfinished migrations copy into: none is promised twice.
create table promised_image (
  name         varchar(64) not null primary key, -- SHA-256 of the host, if not all see it, and path
  migration_id uuid        not null references migration (id) on delete cascade
);

create index promised_image_migration on promised_image (migration_id);
