CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`room_id` integer NOT NULL,
	`seq` integer NOT NULL,
	`status` text NOT NULL,
	`is_dead` integer NOT NULL,
	`attempts` integer NOT NULL,
	`response_status` integer,
	`error` text,
	`updated_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `deliveries_by_status` ON `deliveries` (`status`,`updated_at`);--> statement-breakpoint
CREATE INDEX `deliveries_by_time` ON `deliveries` (`updated_at`);--> statement-breakpoint
CREATE TABLE `lines` (
	`room_id` integer PRIMARY KEY NOT NULL,
	`cursor` integer NOT NULL,
	`due` integer,
	`attempts` integer NOT NULL,
	`failing_since` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `lines_due` ON `lines` (`due`);--> statement-breakpoint
CREATE TABLE `rollout` (
	`id` integer PRIMARY KEY NOT NULL,
	`after_room` integer NOT NULL
) STRICT;
