delete from rlarp.name;
insert into rlarp.name select * from staging.name;
