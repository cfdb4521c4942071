delete from only rlarp.disc;
insert into rlarp.disc(grp,pct) select grp,pct from staging.disc;
call rlarp.disc_stats('disc');
