-- Where the spans of a migration belong, as a W3C traceparent; null when nothing traced the request.
alter table migration add column traceparent varchar(64);
