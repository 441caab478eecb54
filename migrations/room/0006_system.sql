CREATE TABLE `system_lines` (
	`id` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`user_id` integer,
	`by_id` integer,
	`value` text,
	`created_at` integer NOT NULL
) STRICT;
