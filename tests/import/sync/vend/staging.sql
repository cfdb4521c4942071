-- run once
CREATE TABLE staging.vend (
    vno    integer,
    vname  text,
    since  text
);
