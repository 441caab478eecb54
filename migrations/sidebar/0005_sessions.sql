CREATE TABLE `used_generations` (
	`session_id` integer PRIMARY KEY NOT NULL,
	`generation` integer NOT NULL,
	`used_at` integer NOT NULL
) STRICT;
