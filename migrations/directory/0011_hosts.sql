CREATE TABLE `api_keys` (
	`id` integer PRIMARY KEY NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`scopes` text NOT NULL,
	`salt` text NOT NULL,
	`hash` text NOT NULL,
	`previous_salt` text,
	`previous_hash` text,
	`previous_until` integer,
	`created_by` integer,
	`created_at` integer NOT NULL,
	`rotated_at` integer,
	`revoked_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_previous_hash_unique` ON `api_keys` (`previous_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_by_name` ON `api_keys` (`name`) WHERE "api_keys"."revoked_at" IS NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `external_issuer` text;--> statement-breakpoint
ALTER TABLE `users` ADD `external_id` text;--> statement-breakpoint
ALTER TABLE `users` ADD `is_managed` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `users` ADD `data` text;--> statement-breakpoint
CREATE UNIQUE INDEX `users_external` ON `users` (`external_issuer`,`external_id`) WHERE "users"."external_id" IS NOT NULL;