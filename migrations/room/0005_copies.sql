CREATE TABLE `read_steps` (
	`user_id` integer NOT NULL,
	`read_to` integer NOT NULL,
	`steps` text NOT NULL,
	PRIMARY KEY(`user_id`, `read_to`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `members` ADD `person_version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `members` ADD `renamed_seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `members` ADD `read_steps` text DEFAULT '[]' NOT NULL;