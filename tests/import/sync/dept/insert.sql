truncate rlarp.dept;
insert into rlarp.dept (dept, name) select dept, name from staging.dept;
