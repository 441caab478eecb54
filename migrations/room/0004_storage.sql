CREATE TABLE `storage` (
	`id` integer PRIMARY KEY NOT NULL,
	`told` text NOT NULL,
	`projected` integer NOT NULL,
	`attached` integer NOT NULL
) STRICT;
--> statement-breakpoint
INSERT INTO `storage` (`id`, `told`, `projected`, `attached`) SELECT 0, 'ok', 0, coalesce((
	SELECT sum(coalesce(json_extract(`image`, '$.size'), 0) + coalesce(json_extract(`file`, '$.size'), 0)) FROM `messages`
), 0);
