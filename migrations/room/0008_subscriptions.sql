-- `subscription` is what a member's sidebar receives: all changes, the first unread message, or none.
ALTER TABLE `members` RENAME COLUMN `sidebar` TO `subscription`;
--> statement-breakpoint
UPDATE `members` SET `subscription` = CASE `subscription` WHEN 'awake' THEN 'all' WHEN 'idle' THEN 'firstUnread' ELSE 'none' END;
--> statement-breakpoint
ALTER TABLE `storage` RENAME COLUMN `told` TO `announced_level`;
--> statement-breakpoint
ALTER TABLE `storage` RENAME COLUMN `projected` TO `projected_bytes`;
--> statement-breakpoint
ALTER TABLE `storage` RENAME COLUMN `attached` TO `attachment_bytes`;
--> statement-breakpoint
UPDATE `blocks` SET `frozen` = json_set(json_remove(`frozen`, '$.shown'), '$.profile', json(json_extract(`frozen`, '$.shown')))
WHERE json_type(`frozen`, '$.shown') = 'object';
--> statement-breakpoint
UPDATE `blocks` SET `frozen` = json_set(json_remove(`frozen`, '$.shown'), '$.profile', NULL) WHERE json_type(`frozen`, '$.shown') = 'null';
--> statement-breakpoint
UPDATE `outbox` SET
	`key` = 'announcement:' || substr(`key`, 6),
	`payload` = CASE
		WHEN json_type(`payload`, '$.news') = 'object'
		THEN json_set(json_remove(`payload`, '$.news'), '$.announcement', json(json_extract(`payload`, '$.news')))
		ELSE `payload`
	END
WHERE `key` LIKE 'news:%';
