ALTER TABLE `notifications` ADD `above` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `settled` ADD `up_to` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `settled` SET `up_to` = coalesce((
	SELECT max(`message_id`) FROM `notifications`
	WHERE `room_id` = `settled`.`room_id` AND `type` = 'new_message' AND `is_read` = 1
), 0);--> statement-breakpoint
ALTER TABLE `settled` DROP COLUMN `unread`;
