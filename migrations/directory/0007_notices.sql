CREATE TABLE `notices` (
	`user_id` integer NOT NULL,
	`kind` text NOT NULL,
	`subject` integer NOT NULL,
	`revision` integer NOT NULL,
	`made_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `kind`, `subject`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `users` ADD `version` integer DEFAULT 0 NOT NULL;