DELETE FROM rlarp.qcrh WHERE dcord IN (SELECT dcord FROM rlarp.qcrh_import);
INSERT INTO rlarp.qcrh (dcord, fspr, dcdat) SELECT dcord, fspr, dcdat FROM rlarp.qcrh_import;
CALL rlarp.osm_stack_refresh();
