ALTER TABLE `rooms` ADD `joined_seq` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `rooms` ADD `last_unread` text;--> statement-breakpoint
ALTER TABLE `rooms` ADD `seen_to` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- What these say is asked of the rooms before the list is read again.
UPDATE `rooms` SET `stale` = 1 WHERE `gone` = 0;
