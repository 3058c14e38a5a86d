-- The images that are known as domains' own, as they were left. Kept longer than migrations.
create table own_image (
  domain_uuid uuid         not null,
  name        varchar(64)  not null, -- as in promised_image
  domain_name varchar(255) not null,
  host        varchar(255),          -- null where every host sees the path
  path        text         not null,
  mark        text         not null,
  primary key (domain_uuid, name)
);

create index own_image_name on own_image (name);
