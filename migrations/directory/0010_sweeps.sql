CREATE TABLE `sweeps` (
	`kind` text PRIMARY KEY NOT NULL,
	`after_id` integer NOT NULL,
	`swept_at` integer NOT NULL,
	`overdue_since` integer,
	`overdue_before` integer
) STRICT, WITHOUT ROWID;
