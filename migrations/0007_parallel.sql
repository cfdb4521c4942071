-- How many members of a group run at once, of those that have the same place.
ALTER TABLE grp ADD COLUMN max_parallel INTEGER NOT NULL DEFAULT 1 CHECK (max_parallel BETWEEN 1 AND 100);

-- How many runs that groups begin may use a connection at once, as source or destination. NULL: any number.
ALTER TABLE connection ADD COLUMN max_runs INTEGER CHECK (max_runs BETWEEN 1 AND 100);

-- The place that a member had when the group's run began.
ALTER TABLE group_run_member ADD COLUMN run_order INTEGER NOT NULL DEFAULT 0;
