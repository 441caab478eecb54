CREATE TABLE `registration_invites` (
	`id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`created_by` integer,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`uses` integer DEFAULT 0 NOT NULL,
	`max_uses` integer,
	`revoked_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `registration_invites_hash_unique` ON `registration_invites` (`hash`);--> statement-breakpoint
ALTER TABLE `blocks` ADD `shown` text;--> statement-breakpoint
ALTER TABLE `users` ADD `who_may_add_me` text DEFAULT 'everyone' NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `who_sees_me_online` text DEFAULT 'everyone' NOT NULL;
