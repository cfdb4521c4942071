-- In how many streams a module's rows come at once, and the column of its query by whose values they are cut.
ALTER TABLE module ADD COLUMN split_by TEXT;
ALTER TABLE module ADD COLUMN streams INTEGER NOT NULL DEFAULT 1 CHECK (streams BETWEEN 1 AND 16);
