CREATE TABLE `address_changes` (
	`user_id` integer PRIMARY KEY NOT NULL,
	`address` text NOT NULL,
	`asker` text NOT NULL,
	`session_id` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE TABLE `known_askers` (
	`user_id` integer NOT NULL,
	`asker` text NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `asker`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mailed_codes` (
	`kind` text NOT NULL,
	`address` text NOT NULL,
	`attempt` text NOT NULL,
	`asker` text NOT NULL,
	`user_id` integer,
	`registration_id` integer,
	`hash` text NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`expires_at` integer NOT NULL,
	`forget_at` integer NOT NULL,
	PRIMARY KEY(`kind`, `address`, `attempt`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mailed_codes_by_attempt` ON `mailed_codes` (`attempt`);--> statement-breakpoint
CREATE INDEX `mailed_codes_by_user` ON `mailed_codes` (`user_id`);--> statement-breakpoint
CREATE INDEX `mailed_codes_by_forgetting` ON `mailed_codes` (`forget_at`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`hash` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`address` text NOT NULL,
	`restores` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `recovery_codes_by_user` ON `recovery_codes` (`user_id`);--> statement-breakpoint
CREATE INDEX `recovery_codes_by_address` ON `recovery_codes` (`address`);--> statement-breakpoint
CREATE INDEX `recovery_codes_by_expiry` ON `recovery_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `registrations` (
	`id` integer PRIMARY KEY NOT NULL,
	`address` text NOT NULL,
	`asker` text NOT NULL,
	`username` text NOT NULL,
	`username_key` text NOT NULL,
	`password_hash` text NOT NULL,
	`first_name` text DEFAULT '' NOT NULL,
	`last_name` text DEFAULT '' NOT NULL,
	`picture` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `registrations_by_attempt` ON `registrations` (`address`,`asker`);--> statement-breakpoint
CREATE INDEX `registrations_by_username` ON `registrations` (`username_key`);--> statement-breakpoint
CREATE INDEX `registrations_by_expiry` ON `registrations` (`expires_at`);--> statement-breakpoint
CREATE TABLE `tries` (
	`subject` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL,
	`next_at` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `tries_by_until` ON `tries` (`until`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `asker` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `used_generation` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- A change of address that waited is asked for anew: the code that was mailed for it is bound to no attempt.
UPDATE `users` SET `pending_email` = NULL WHERE `pending_email` IS NOT NULL;
