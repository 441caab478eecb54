ALTER TABLE `me` RENAME TO `owner`;--> statement-breakpoint
ALTER TABLE `owner` RENAME COLUMN `checked_at` TO `targets_checked_at`;--> statement-breakpoint
ALTER TABLE `places` RENAME TO `open_targets`;--> statement-breakpoint
ALTER TABLE `open_targets` RENAME COLUMN `place` TO `target`;--> statement-breakpoint
ALTER TABLE `ended` RENAME TO `ended_sessions`;--> statement-breakpoint
-- Undelivered ends of sessions name their target as the code does now.
UPDATE `outbox` SET `payload` = json_object(
	'target', CASE json_extract(`payload`, '$.place') WHEN 0 THEN 'feed' ELSE json_extract(`payload`, '$.place') END,
	'sessions', json(json_extract(`payload`, '$.sessions'))
) WHERE `key` LIKE 'end:%';--> statement-breakpoint
UPDATE `outbox` SET `key` = 'end:feed' WHERE `key` = 'end:0';
