CREATE TABLE `changes` (
	`seq` integer PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`subject` integer,
	`at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `hooks` (
	`id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`bot_id` integer NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `hooks_hash_unique` ON `hooks` (`hash`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` integer PRIMARY KEY NOT NULL,
	`since` integer NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `members` ADD `is_bot` integer DEFAULT 0 NOT NULL;