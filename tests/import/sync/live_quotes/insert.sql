TRUNCATE TABLE rlarp.live_quotes;
INSERT INTO rlarp.live_quotes (quote_no, customer, total) SELECT quote_no, customer, total FROM staging.live_quotes;
