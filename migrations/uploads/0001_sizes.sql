CREATE TABLE `objects` (
	`key` text PRIMARY KEY NOT NULL,
	`bytes` integer
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `storage` (
	`id` integer PRIMARY KEY NOT NULL,
	`told` text NOT NULL,
	`projected` integer NOT NULL
) STRICT;
--> statement-breakpoint
INSERT INTO `storage` (`id`, `told`, `projected`) VALUES (0, 'ok', 0);
--> statement-breakpoint
-- Their sizes are asked of R2 when the alarm rings next.
INSERT INTO `objects` (`key`) SELECT `key` FROM `waiting` UNION SELECT `key` FROM `holds`;
