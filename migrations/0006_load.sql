-- How a module's rows get into the destination: by way of a staging table, or, where that can be, directly.
ALTER TABLE module ADD COLUMN load TEXT NOT NULL DEFAULT 'staged' CHECK (load IN ('staged', 'direct'));
