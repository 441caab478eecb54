CREATE TABLE `invitations` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`invited_by` integer NOT NULL,
	`invited_at` integer NOT NULL,
	`declined_at` integer
) STRICT;
--> statement-breakpoint
ALTER TABLE `blocks` ADD `seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `blocks` ADD `frozen` text;--> statement-breakpoint
ALTER TABLE `members` ADD `left_freely` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `bans` SET `username` = '';
