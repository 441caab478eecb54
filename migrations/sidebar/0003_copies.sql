ALTER TABLE `me` ADD `person` text;--> statement-breakpoint
ALTER TABLE `rooms` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
-- What was said in a room that somebody has left is not theirs to read.
UPDATE `rooms` SET `last_message` = NULL, `last_unread` = NULL WHERE `gone` = 1;
