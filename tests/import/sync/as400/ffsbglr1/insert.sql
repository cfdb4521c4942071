delete from rlarp.ffsbglr1 where perd between '2608' and '2610';
insert into rlarp.ffsbglr1 (batch, perd, acct, amt) select * from rlarp.ffsbglr1_import;
