CREATE TABLE `bot_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`session_id` integer NOT NULL,
	`created_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `bot_tokens_user_id_unique` ON `bot_tokens` (`user_id`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` integer PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`events` text,
	`room_id` integer,
	`origin` text NOT NULL,
	`salt` text NOT NULL,
	`previous_salt` text,
	`previous_until` integer,
	`created_at` integer NOT NULL,
	`disabled_at` integer,
	`disabled_reason` text
) STRICT;
--> statement-breakpoint
ALTER TABLE `users` ADD `is_bot` integer DEFAULT 0 NOT NULL;