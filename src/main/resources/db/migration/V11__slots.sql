-- Which slots a migration takes that was admitted: none while it waits for a person, and only that of a silent host
-- while it waits for this.
alter table migration add column outgoing boolean default true not null;
alter table migration add column incoming boolean default true not null;
