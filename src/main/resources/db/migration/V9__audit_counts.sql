-- Calls that were refused are summed up. Entries from before are of one call each.
alter table audit add column last_at timestamp(6) with time zone; -- null: as at
alter table audit add column calls bigint default 1 not null;
