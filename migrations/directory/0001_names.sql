CREATE TABLE `username_looks` (
	`look` text PRIMARY KEY NOT NULL,
	`user_id` integer NOT NULL,
	`free_at` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `username_looks_by_user` ON `username_looks` (`user_id`);--> statement-breakpoint
CREATE INDEX `username_looks_resting` ON `username_looks` (`free_at`) WHERE "username_looks"."free_at" IS NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `search_key` text;--> statement-breakpoint
CREATE INDEX `rooms_unfolded` ON `rooms` (`id`) WHERE "rooms"."search_key" IS NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `search_key` text;--> statement-breakpoint
CREATE INDEX `users_unfolded` ON `users` (`id`) WHERE "users"."search_key" IS NULL;
