CREATE TABLE `spent` (
	`id` integer PRIMARY KEY NOT NULL,
	`until` text NOT NULL
) STRICT;
